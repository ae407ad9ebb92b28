import * as fc from "fast-check"
import { expect, test } from "vitest"
import { CancelScope, ManualResetEvent, Semaphore } from "../index.ts"

/** Lets everything run that waits for nothing. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

test("it lets so many go on, and the others in the order of their coming", async () => {
  const semaphore = new Semaphore(2)
  const order: number[] = []
  const gates = Array.from({ length: 4 }, () => new ManualResetEvent())
  const runs = gates.map((gate, index) =>
    semaphore.run(async () => {
      order.push(index)
      await gate.wait()
      return index
    }),
  )
  await settle()
  expect(order).toEqual([0, 1])
  expect([semaphore.available, semaphore.waiting]).toEqual([0, 2])
  gates[1]!.set()
  await settle()
  expect(order).toEqual([0, 1, 2])
  for (const gate of gates) gate.set()
  expect(await Promise.all(runs)).toEqual([0, 1, 2, 3])
  expect(semaphore.available).toBe(2)
})

test("a permit is given back once, however often it is released", async () => {
  const semaphore = new Semaphore(1)
  const permit = await semaphore.acquire()
  permit.release()
  permit.release()
  expect(semaphore.available).toBe(1)
})

test("using gives it back at the end of the block", async () => {
  const semaphore = new Semaphore(1)
  {
    using _permit = await semaphore.acquire()
    expect(semaphore.tryAcquire()).toBeUndefined()
  }
  expect(semaphore.tryAcquire()).toBeDefined()
})

test("work that throws gives it back", async () => {
  const semaphore = new Semaphore(1)
  const bug = (): never => {
    throw new Error("bug")
  }
  await expect(semaphore.run(bug)).rejects.toThrow("bug")
  expect(semaphore.available).toBe(1)
})

test("nobody who comes later is faster than one who waits", async () => {
  const semaphore = new Semaphore(1)
  const permit = await semaphore.acquire()
  const waiting = semaphore.acquire()
  permit.release()
  expect(semaphore.tryAcquire()).toBeUndefined()
  const next = await waiting
  next.release()
})

test("a cancelled waiter leaves the line, and one that has its permit keeps it", async () => {
  const semaphore = new Semaphore(1)
  const permit = await semaphore.acquire()
  const scope = new CancelScope()
  const first = semaphore.acquire({ signal: scope })
  const second = semaphore.acquire()
  scope.cancel("left")
  expect(semaphore.waiting).toBe(1)
  await expect(first).rejects.toBe("left")
  permit.release()

  const late = new CancelScope()
  const third = semaphore.acquire({ signal: late })
  const held = await second
  held.release()
  late.cancel("too late: it was its turn")
  expect(await third).toBeDefined()
})

test.each([0, -1, 1.5, Number.NaN, Infinity])("%d permits are refused", (permits) => {
  expect(() => new Semaphore(permits)).toThrow(RangeError)
})

test("whatever the order of events, no more than allowed go on, all get their turn, first come first served", async () => {
  const cases = fc.tuple(
    fc.scheduler(),
    fc.integer({ min: 1, max: 3 }),
    fc.array(fc.record({ cancelled: fc.boolean() }), { maxLength: 10 }),
  )
  await fc.assert(
    fc.asyncProperty(cases, async ([schedule, permits, tasks]) => {
      const semaphore = new Semaphore(permits)
      const pause = schedule.scheduleFunction(async () => {})
      const began: number[] = []
      let inside = 0
      let most = 0
      const runs = tasks.map(async ({ cancelled }, index) => {
        const scope = new CancelScope()
        if (cancelled) void schedule.schedule(Promise.resolve("cancel")).then(() => scope.cancel("left"))
        const work = async (): Promise<void> => {
          began.push(index)
          most = Math.max(most, ++inside)
          await pause()
          inside--
        }
        await semaphore.run(work, { signal: scope }).catch((error: unknown) => expect(error).toBe("left"))
      })
      await schedule.waitFor(Promise.all(runs))
      expect(most).toBeLessThanOrEqual(permits)
      expect(began).toEqual(began.toSorted((a, b) => a - b))
      expect(tasks.every(({ cancelled }, index) => cancelled || began.includes(index))).toBe(true)
      expect([semaphore.available, semaphore.waiting]).toEqual([permits, 0])
    }),
  )
})
