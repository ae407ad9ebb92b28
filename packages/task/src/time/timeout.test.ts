import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { type CancelScope, sleep, timeout, TimeoutError } from "../index.ts"

function virtualTime() {
  const world = virtualWorld()
  return { world, clock: world.host({ name: "here" }).clock }
}

test("what is done in time gives its value, and the timer is cleared", async () => {
  const { world, clock } = virtualTime()
  const value = timeout(1000, (scope) => sleep(10, { signal: scope, clock }).then(() => "value"), { clock })
  expect(await world.runUntil(value)).toBe("value")
  expect([world.now, world.pendingEvents]).toEqual([10, 0])
})

test("what is not done in time is cancelled with a TimeoutError", async () => {
  const { world, clock } = virtualTime()
  const slow = timeout(60_000, (scope) => sleep(1e9, { signal: scope, clock }), { clock })
  await expect(world.runUntil(slow)).rejects.toThrow(TimeoutError)
  await expect(slow).rejects.toThrow("not done within 60000 ms")
  expect(world.now).toBe(60_000)
})

test("it waits for the body to clean up", async () => {
  const { world, clock } = virtualTime()
  let cleaned = false
  const body = async (scope: CancelScope): Promise<void> => {
    try {
      await sleep(1e9, { signal: scope, clock })
    } finally {
      await sleep(500, { clock })
      cleaned = true
    }
  }
  await expect(world.runUntil(timeout(100, body, { clock }))).rejects.toThrow(TimeoutError)
  expect([cleaned, world.now]).toEqual([true, 600])
})

test("a value that comes at the deadline, or later from a body that would not stop, counts", async () => {
  const { world, clock } = virtualTime()
  expect(await world.runUntil(timeout(100, () => sleep(100, { clock }).then(() => "just"), { clock }))).toBe("just")
  expect(await world.runUntil(timeout(100, () => sleep(200, { clock }).then(() => "late"), { clock }))).toBe("late")
})

test("the platform's AbortError comes out as the TimeoutError that caused it; another error comes out as it is", async () => {
  const { world, clock } = virtualTime()
  const abortable = (error: Error) => (scope: CancelScope) =>
    new Promise<void>((_, reject) => scope.signal.addEventListener("abort", () => reject(error)))
  const platforms = timeout(1, abortable(new DOMException("aborted", "AbortError")), { clock })
  await expect(world.runUntil(platforms)).rejects.toThrow(TimeoutError)
  await expect(world.runUntil(timeout(1, abortable(new Error("own")), { clock }))).rejects.toThrow("own")
})

test("a body that throws at once clears the timer", async () => {
  const { world, clock } = virtualTime()
  const bug = (): never => {
    throw new Error("bug")
  }
  await expect(timeout(1000, bug, { clock })).rejects.toThrow("bug")
  expect(world.pendingEvents).toBe(0)
})

test("the outer of two time-outs is told from the inner", async () => {
  const { world, clock } = virtualTime()
  const inner = (scope: CancelScope) =>
    timeout(500, (scope) => sleep(1e9, { signal: scope, clock }), { signal: scope, clock })
  await expect(world.runUntil(timeout(100, inner, { clock }))).rejects.toMatchObject({ ms: 100 })
  await expect(world.runUntil(timeout(1000, inner, { clock }))).rejects.toMatchObject({ ms: 500 })
})
