import { expect, test } from "vitest"
import { CancelScope, ManualResetEvent } from "../index.ts"

/** Whether a promise has settled once everything that waits for nothing has run. */
async function settles(promise: Promise<void>): Promise<boolean> {
  let settled = false
  promise.then(
    () => (settled = true),
    () => (settled = true),
  )
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  return settled
}

test("a waiter is woken by set", async () => {
  const event = new ManualResetEvent()
  const wait = event.wait()
  expect(await settles(wait)).toBe(false)
  event.set()
  expect(await settles(wait)).toBe(true)
})

test("after reset a second cycle works like the first", async () => {
  const event = new ManualResetEvent()
  event.set()
  await event.wait()
  event.reset()
  const wait = event.wait()
  expect(await settles(wait)).toBe(false)
  event.set()
  expect(await settles(wait)).toBe(true)
})

test("one set wakes all waiters", async () => {
  const event = new ManualResetEvent()
  const waits = [event.wait(), event.wait()]
  event.set()
  expect(await Promise.all(waits.map(settles))).toEqual([true, true])
})

test("a wait after set does not wait, however often", async () => {
  const event = new ManualResetEvent()
  event.set()
  event.set()
  await event.wait()
  await event.wait()
  expect(event.isSet).toBe(true)
})

test("a cancelled wait leaves no obligation for the next one", async () => {
  const event = new ManualResetEvent()
  const scope = new CancelScope()
  const cancelled = event.wait({ signal: scope })
  scope.cancel("no")
  await expect(cancelled).rejects.toBe("no")
  const wait = event.wait()
  event.set()
  expect(await settles(wait)).toBe(true)
})

test("who was let go stays free when reset follows at once", async () => {
  const event = new ManualResetEvent()
  const wait = event.wait()
  event.set()
  event.reset()
  expect(await settles(wait)).toBe(true)
  expect(event.isSet).toBe(false)
})
