import * as fc from "fast-check"
import { expect, test } from "vitest"
import { CancelScope, Mutex } from "../index.ts"

test("one goes on at a time, first come first served", async () => {
  const mutex = new Mutex()
  const lock = await mutex.lock()
  expect(mutex.locked).toBe(true)
  expect(mutex.tryLock()).toBeUndefined()
  const order: string[] = []
  const runs = ["a", "b", "c"].map((name) => mutex.run(() => order.push(name)))
  expect(mutex.waiting).toBe(3)
  lock.release()
  await Promise.all(runs)
  expect(order).toEqual(["a", "b", "c"])
  expect(mutex.locked).toBe(false)
})

test("whatever the order of events, a read and a later write under the lock lose no update", async () => {
  const cases = fc.tuple(fc.scheduler(), fc.array(fc.boolean(), { maxLength: 10 }))
  await fc.assert(
    fc.asyncProperty(cases, async ([schedule, tasks]) => {
      const mutex = new Mutex()
      const pause = schedule.scheduleFunction(async () => {})
      let total = 0
      let done = 0
      const add = async (): Promise<void> => {
        const before = total
        await pause()
        total = before + 1
        done++
      }
      const runs = tasks.map(async (mayBeCancelled) => {
        const scope = new CancelScope()
        if (mayBeCancelled) void schedule.schedule(Promise.resolve("cancel")).then(() => scope.cancel("left"))
        await mutex.run(add, { signal: scope }).catch((error: unknown) => expect(error).toBe("left"))
      })
      await schedule.waitFor(Promise.all(runs))
      expect(total).toBe(done)
      expect(done).toBeGreaterThanOrEqual(tasks.filter((mayBeCancelled) => !mayBeCancelled).length)
      expect(mutex.locked).toBe(false)
    }),
  )
})
