import { MAX_TIMER_MS } from "@dchat/runtime"
import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { CancelScope, sleep } from "../index.ts"

function virtualTime() {
  const world = virtualWorld()
  return { world, clock: world.host({ name: "here" }).clock }
}

test("it waits as long as it is told", async () => {
  const { world, clock } = virtualTime()
  await world.runUntil(sleep(1500, { clock }))
  expect(world.now).toBe(1500)
})

test("it clears its timer when it is cancelled", async () => {
  const { world, clock } = virtualTime()
  const scope = new CancelScope()
  const nap = sleep(1000, { signal: scope, clock })
  expect(world.pendingEvents).toBe(1)
  scope.cancel("up")
  await expect(nap).rejects.toBe("up")
  expect(world.pendingEvents).toBe(0)
})

test("it sets no timer when it is cancelled already", async () => {
  const { world, clock } = virtualTime()
  const scope = new CancelScope()
  scope.cancel("up")
  await expect(sleep(1000, { signal: scope, clock })).rejects.toBe("up")
  expect(world.pendingEvents).toBe(0)
})

test("it can wait longer than the clock's longest timer", async () => {
  const { world, clock } = virtualTime()
  const ms = 3 * MAX_TIMER_MS + 7
  await world.runUntil(sleep(ms, { clock }), { limitMs: Infinity })
  expect(world.now).toBe(ms)
})

test("it can wait for ever, until it is cancelled", async () => {
  const { world, clock } = virtualTime()
  const scope = new CancelScope()
  const nap = sleep(Infinity, { signal: scope, clock })
  await world.advance(5 * MAX_TIMER_MS)
  scope.cancel("up")
  await expect(nap).rejects.toBe("up")
  expect(world.pendingEvents).toBe(0)
})

test("no time and negative time are the next turn; what is not a number is refused", async () => {
  const { world, clock } = virtualTime()
  await world.runUntil(Promise.all([sleep(0, { clock }), sleep(-5, { clock })]))
  expect(world.now).toBe(0)
  await expect(sleep(Number.NaN, { clock })).rejects.toThrow(RangeError)
})

test("without a clock it is the platform's", async () => {
  await expect(sleep(0)).resolves.toBeUndefined()
})
