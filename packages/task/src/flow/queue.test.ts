import * as fc from "fast-check"
import { expect, test } from "vitest"
import { CancelScope, Closed, Queue } from "../index.ts"

/** Lets everything run that waits for nothing. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

test("what is sent is received, in order", async () => {
  const queue = new Queue<number>(3)
  for (const item of [1, 2, 3]) await queue.send(item)
  expect(queue.size).toBe(3)
  expect([await queue.receive(), await queue.receive(), await queue.receive()]).toEqual([1, 2, 3])
})

test("undefined and null are items like any other", async () => {
  const queue = new Queue<unknown>(2)
  await queue.send(undefined)
  await queue.send(null)
  expect([await queue.receive(), await queue.receive()]).toEqual([undefined, null])
})

test("the sender waits while it is full, and goes on when there is room", async () => {
  const queue = new Queue<number>(1)
  await queue.send(1)
  let sent = false
  const second = queue.send(2).then(() => (sent = true))
  await settle()
  expect([sent, queue.size, queue.timesFull]).toEqual([false, 1, 1])
  expect(await queue.receive()).toBe(1)
  await second
  expect(queue.size).toBe(1)
  expect(await queue.receive()).toBe(2)
})

test("trySend does not wait: it says whether the item was taken", () => {
  const queue = new Queue<number>(1)
  expect([queue.trySend(1), queue.trySend(2)]).toEqual([true, false])
  expect(queue.timesFull).toBe(1)

  const closed = new Queue<number>(1)
  closed.close()
  expect([closed.trySend(1), closed.size]).toEqual([false, 0])
})

test("nobody overtakes a sender that waits", async () => {
  const queue = new Queue<number>(1)
  queue.trySend(1)
  const waiting = queue.send(2)
  expect(await queue.receive()).toBe(1)
  expect(queue.trySend(3)).toBe(false)
  await waiting
  expect(await queue.receive()).toBe(2)
})

test("receivers that wait are served in the order of their coming", async () => {
  const queue = new Queue<string>(1)
  const received = [queue.receive(), queue.receive()]
  queue.trySend("first")
  queue.trySend("second")
  expect(await Promise.all(received)).toEqual(["first", "second"])
})

test("after close what is there can be received, then receive rejects; senders are rejected", async () => {
  const queue = new Queue<number>(1)
  await queue.send(1)
  const waiting = queue.send(2)
  queue.close()
  queue.close()
  await expect(waiting).rejects.toThrow(Closed)
  await expect(queue.send(3)).rejects.toThrow("cannot send: the queue is closed")
  expect(await queue.receive()).toBe(1)
  await expect(queue.receive()).rejects.toThrow(Closed)
})

test("close ends receivers that wait", async () => {
  const queue = new Queue<number>(1)
  const received = queue.receive()
  const iterated = queue[Symbol.asyncIterator]().next()
  queue.close()
  await expect(received).rejects.toThrow(Closed)
  expect(await iterated).toEqual({ done: true, value: undefined })
})

test("a cancelled sender takes its item with it, a cancelled receiver takes none", async () => {
  const queue = new Queue<number>(1)
  const scope = new CancelScope()
  await queue.send(1)
  const sender = queue.send(2, { signal: scope })
  scope.cancel("no")
  await expect(sender).rejects.toBe("no")
  expect(await queue.receive()).toBe(1)
  expect(queue.size).toBe(0)

  const other = new CancelScope()
  const receiver = queue.receive({ signal: other })
  other.cancel("no")
  await expect(receiver).rejects.toBe("no")
  await queue.send(3)
  await expect(queue.receive({ signal: other })).rejects.toBe("no")
  expect(await queue.receive()).toBe(3)
})

test("a receiver that is cancelled already lets no sender in", async () => {
  const queue = new Queue<number>(1)
  queue.trySend(1)
  void queue.send(2)
  const scope = new CancelScope()
  scope.cancel("no")
  await expect(queue.receive({ signal: scope })).rejects.toBe("no")
  expect(queue.size).toBe(1)
})

test("leaving a loop over it does not close it: workers share it", async () => {
  const queue = new Queue<number>(3)
  for (const item of [1, 2, 3]) queue.trySend(item)
  for await (const item of queue) if (item === 1) break
  expect(queue.closed).toBe(false)
  queue.close()
  const rest = []
  for await (const item of queue) rest.push(item)
  expect(rest).toEqual([2, 3])
})

test.each([0, -1, 1.5, Number.NaN, Infinity])("a capacity of %d is refused", (capacity) => {
  expect(() => new Queue(capacity)).toThrow(RangeError)
})

test("whatever the order of events, each item comes out once, in its sender's order, and the bound holds", async () => {
  const cases = fc.tuple(
    fc.scheduler(),
    fc.integer({ min: 1, max: 3 }),
    fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 3 }),
    fc.integer({ min: 1, max: 3 }),
  )
  await fc.assert(
    fc.asyncProperty(cases, async ([schedule, capacity, counts, receivers]) => {
      const queue = new Queue<readonly [sender: number, index: number]>(capacity)
      const pause = schedule.scheduleFunction(async () => {})
      const received: (readonly [number, number])[] = []
      const senders = counts.map(async (count, sender) => {
        for (let index = 0; index < count; index++) {
          await pause()
          await queue.send([sender, index])
          expect(queue.size).toBeLessThanOrEqual(capacity)
        }
      })
      const consumers = Array.from({ length: receivers }, async () => {
        for await (const item of queue) {
          received.push(item)
          await pause()
        }
      })
      const closed = Promise.all(senders).then(() => queue.close())
      await schedule.waitFor(Promise.all([closed, ...consumers]))
      const items = (sender: number) => received.filter(([from]) => from === sender).map(([, index]) => index)
      for (const [sender, count] of counts.entries()) {
        expect(items(sender)).toEqual(Array.from({ length: count }, (_, index) => index))
      }
    }),
  )
})
