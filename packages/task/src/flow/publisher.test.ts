import * as fc from "fast-check"
import { expect, test } from "vitest"
import { CancelScope, Closed, Overflow, type OverflowPolicy, Publisher, type Subscription } from "../index.ts"

async function drain<T>(subscription: Subscription<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of subscription) items.push(item)
  return items
}

test("a subscription that is disposed of leaves the publisher", () => {
  const publisher = new Publisher<number>()
  {
    using _subscription = publisher.subscribe()
    expect(publisher.size).toBe(1)
  }
  expect(publisher.size).toBe(0)
})

test("with room for two, the newest two of three are kept, and one is counted as dropped", async () => {
  const publisher = new Publisher<number>()
  const subscription = publisher.subscribe({ capacity: 2 })
  for (const item of [1, 2, 3]) publisher.publish(item)
  expect([subscription.size, subscription.dropped, publisher.dropped]).toEqual([2, 1, 1])
  expect([await subscription.receive(), await subscription.receive()]).toEqual([2, 3])
})

test("after an explicit close it gets nothing more, gives what it holds, and then rejects", async () => {
  const publisher = new Publisher<number>()
  const subscription = publisher.subscribe()
  publisher.publish(1)
  subscription.close()
  publisher.publish(2)
  expect(publisher.size).toBe(0)
  expect(await subscription.receive()).toBe(1)
  await expect(subscription.receive()).rejects.toThrow(Closed)
})

test("publishing to a subscriber that is gone does no harm to the others", async () => {
  const publisher = new Publisher<number>()
  const [gone, stays] = [publisher.subscribe(), publisher.subscribe()]
  gone.close()
  gone.close()
  publisher.publish(1)
  expect(await stays.receive()).toBe(1)
  expect(publisher.size).toBe(1)
})

test("those on the exclude list are passed over", async () => {
  const publisher = new Publisher<string>()
  const [a, b, c] = [publisher.subscribe(), publisher.subscribe(), publisher.subscribe()]
  publisher.publish("x", { exclude: [a, c] })
  publisher.publish("y")
  publisher.close()
  expect(await Promise.all([a, b, c].map(drain))).toEqual([["y"], ["x", "y"], ["y"]])
})

test("a subscriber sees what is published after it came, and nothing before", async () => {
  const publisher = new Publisher<number>()
  publisher.publish(1)
  const subscription = publisher.subscribe()
  publisher.publish(2)
  expect(await subscription.receive()).toBe(2)
})

test("one that waits is served at once", async () => {
  const publisher = new Publisher<number>()
  const subscription = publisher.subscribe({ capacity: 1 })
  const both = Promise.all([subscription.receive(), subscription.next()])
  publisher.publish(1)
  publisher.publish(2)
  expect(await both).toEqual([1, { done: false, value: 2 }])
  expect(subscription.dropped).toBe(0)
})

test("the buffer holds 1024 when nothing else was said", () => {
  const publisher = new Publisher<number>()
  const subscription = publisher.subscribe()
  for (let item = 0; item < 1030; item++) publisher.publish(item)
  expect([subscription.size, subscription.dropped]).toEqual([1024, 6])
})

test("drop-newest keeps what came first", async () => {
  const publisher = new Publisher<number>()
  const subscription = publisher.subscribe({ capacity: 2, overflow: "drop-newest" })
  for (const item of [1, 2, 3]) publisher.publish(item)
  publisher.close()
  expect(await drain(subscription)).toEqual([1, 2])
  expect(subscription.dropped).toBe(1)
})

test("close ends a subscriber that is too slow: it gets what it holds, then learns why", async () => {
  const publisher = new Publisher<number>()
  const subscription = publisher.subscribe({ capacity: 2, overflow: "close" })
  for (const item of [1, 2, 3, 4]) publisher.publish(item)
  expect([publisher.size, publisher.dropped]).toEqual([0, 1])
  expect([await subscription.receive(), await subscription.receive()]).toEqual([1, 2])
  await expect(subscription.receive()).rejects.toThrow(Overflow)
  await expect(subscription.next()).rejects.toThrow("too slow: 2 items were waiting")
})

test("leaving the loop ends the subscription", async () => {
  const publisher = new Publisher<number>()
  const subscription = publisher.subscribe()
  publisher.publish(1)
  for await (const _ of subscription) break
  expect([publisher.size, subscription.closed]).toEqual([0, true])
})

test("a closed publisher ends its subscriptions once they are drained, and gives ended ones", async () => {
  const publisher = new Publisher<number>()
  const [full, waiting] = [publisher.subscribe(), publisher.subscribe()]
  const end = waiting.next().then(() => waiting.next())
  publisher.publish(1)
  publisher.close()
  publisher.publish(2)
  expect(await drain(full)).toEqual([1])
  expect(await end).toEqual({ done: true, value: undefined })
  expect(await drain(publisher.subscribe())).toEqual([])
  expect([publisher.closed, publisher.size]).toEqual([true, 0])
})

test("a cancelled signal ends the subscription at once: what it holds is thrown away", async () => {
  const publisher = new Publisher<number>()
  const scope = new CancelScope()
  const subscription = publisher.subscribe({ signal: scope })
  publisher.publish(1)
  scope.cancel("enough")
  expect([publisher.size, subscription.size]).toEqual([0, 0])
  await expect(subscription.next()).rejects.toBe("enough")
  subscription.close()
  await expect(subscription.receive()).rejects.toBe("enough")
})

test.each([0, -1, 1.5, Number.NaN, Infinity])("a capacity of %d is refused", (capacity) => {
  const publisher = new Publisher<number>()
  expect(() => publisher.subscribe({ capacity })).toThrow(RangeError)
  expect(publisher.size).toBe(0)
})

test("whatever the order of events, a subscriber gets in order what the policy leaves it, and the counters add up", async () => {
  const cases = fc.tuple(
    fc.scheduler(),
    fc.integer({ min: 1, max: 4 }),
    fc.constantFrom<OverflowPolicy>("drop-oldest", "drop-newest", "close"),
    fc.integer({ min: 0, max: 20 }),
  )
  await fc.assert(
    fc.asyncProperty(cases, async ([schedule, capacity, overflow, count]) => {
      const publisher = new Publisher<number>()
      const subscription = publisher.subscribe({ capacity, overflow })
      const pause = schedule.scheduleFunction(async () => {})
      const received: number[] = []
      let lost: unknown
      const consumer = (async () => {
        try {
          for await (const item of subscription) {
            received.push(item)
            await pause()
          }
        } catch (error) {
          lost = error
        }
      })()
      const producer = (async () => {
        for (let item = 0; item < count; item++) {
          publisher.publish(item)
          expect(subscription.size).toBeLessThanOrEqual(capacity)
          await pause()
        }
        publisher.close()
      })()
      await schedule.waitFor(Promise.all([producer, consumer]))

      expect(received).toEqual([...new Set(received)].toSorted((a, b) => a - b))
      expect(publisher.dropped).toBe(subscription.dropped)
      if (overflow === "close" && subscription.dropped > 0) {
        expect(lost).toBeInstanceOf(Overflow)
        expect(received).toEqual(received.map((_, index) => index))
      } else {
        expect(lost).toBeUndefined()
        expect(received.length + subscription.dropped).toBe(count)
        if (overflow === "drop-oldest" && count > 0) expect(received.at(-1)).toBe(count - 1)
      }
    }),
  )
})
