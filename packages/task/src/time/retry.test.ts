import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test, vi } from "vitest"
import { CancelScope, RetriesExhausted, retry } from "../index.ts"

function virtualTime() {
  const world = virtualWorld()
  return { world, clock: world.host({ name: "here" }).clock }
}

const longest = { float: () => 1 }

/** Fails so many times, then gives the number of the attempt. */
const failing = (times: number) =>
  vi.fn(async (number: number) => {
    if (number <= times) throw new Error(`attempt ${number}`)
    return number
  })

test("the first success is the result", async () => {
  const { world, clock } = virtualTime()
  expect(await world.runUntil(retry(failing(2), { clock }))).toBe(3)
})

test("the longest delays double up to the limit", async () => {
  const { world, clock } = virtualTime()
  const times: number[] = []
  const attempt = async (number: number): Promise<void> => {
    times.push(world.now)
    await failing(9)(number)
  }
  const result = retry(attempt, { attempts: 10, clock, random: longest })
  await world.runUntil(result)
  const delays = times.slice(1).map((time, index) => time - times[index]!)
  expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600])
})

test("after the last attempt it says how many there were, with the last error as the cause", async () => {
  const { world, clock } = virtualTime()
  const attempt = failing(Infinity)
  const result = retry(attempt, { attempts: 3, clock })
  await expect(world.runUntil(result)).rejects.toThrow(RetriesExhausted)
  await expect(result).rejects.toMatchObject({ code: "retries-exhausted", attempts: 3, cause: new Error("attempt 3") })
  expect(attempt).toHaveBeenCalledTimes(3)
})

test("delays of one's own are kept exactly, and end the attempts when they end", async () => {
  const { world, clock } = virtualTime()
  const result = retry(failing(Infinity), { attempts: Infinity, delays: [500, 1000, 2000], clock })
  await expect(world.runUntil(result)).rejects.toMatchObject({ attempts: 4 })
  expect(world.now).toBe(3500)
})

test("an error that is not worth another attempt is thrown as it is", async () => {
  const { clock } = virtualTime()
  const attempt = failing(Infinity)
  const retryIf = vi.fn(() => false)
  await expect(retry(attempt, { retryIf, clock })).rejects.toThrow("attempt 1")
  expect(retryIf).toHaveBeenCalledWith(new Error("attempt 1"), 1)
  expect(attempt).toHaveBeenCalledOnce()
})

test("a cancel ends the pause, and no attempt follows", async () => {
  const { world, clock } = virtualTime()
  const scope = new CancelScope()
  const attempt = failing(Infinity)
  const result = retry(attempt, { signal: scope, delays: [1000], clock })
  await world.advance(500)
  scope.cancel("enough")
  await expect(result).rejects.toBe("enough")
  expect(attempt).toHaveBeenCalledOnce()
  expect(world.pendingEvents).toBe(0)
})

test("no attempt is made when it is cancelled already", async () => {
  const scope = new CancelScope()
  scope.cancel("enough")
  const attempt = failing(0)
  await expect(retry(attempt, { signal: scope })).rejects.toBe("enough")
  expect(attempt).not.toHaveBeenCalled()
})

test("a cancel during an attempt gives the reason, whatever the attempt throws then", async () => {
  const scope = new CancelScope()
  const attempt = async (): Promise<void> => {
    scope.cancel("enough")
    throw new Error("connection closed")
  }
  await expect(retry(attempt, { attempts: 1, signal: scope })).rejects.toBe("enough")
})
