import { virtualWorld } from "@dchat/runtime/virtual"
import fc from "fast-check"
import { expect, test } from "vitest"
import { MessageSubscription, type SubscriptionOptions } from "./subscription.ts"

function subscription(options?: SubscriptionOptions) {
  const world = virtualWorld()
  const changes: boolean[] = []
  const { clock } = world.host({ name: "node" })
  const owner = {
    clock,
    full: (isFull: boolean) => changes.push(isFull),
    dropped: () => undefined,
    closed: () => undefined,
  }
  return { world, changes, messages: new MessageSubscription<string>(owner, options) }
}

test("messages come out in order, those that waited and those that are waited for", async () => {
  const { messages } = subscription()
  messages.push("a", 1, 0)
  messages.push("b", 1, 0)
  expect([await messages.receive(), await messages.receive()]).toEqual(["a", "b"])
  const next = messages.receive()
  messages.push("c", 1, 0)
  expect(await next).toBe("c")
})

test("when the channel has stopped, what waits can be read, then the loop ends and receive rejects", async () => {
  const { messages } = subscription()
  messages.push("a", 1, 5000)
  messages.finish(new Error("gone"))
  messages.push("too late", 1, 0)
  const seen: string[] = []
  for await (const message of messages) seen.push(message)
  expect(seen).toEqual(["a"])
  await expect(messages.receive()).rejects.toThrow("gone")
})

test("a reader that waits is told of the end", async () => {
  const { messages } = subscription()
  const waiting = messages.next()
  messages.finish(new Error("gone"))
  expect(await waiting).toMatchObject({ done: true, value: undefined })
})

test("a message with a delay is handed out late, and later ones behind it", async () => {
  const { world, messages } = subscription()
  messages.push("a", 1, 1000)
  messages.push("b", 1, 0)
  const seen: string[] = []
  void (async () => {
    for await (const message of messages) seen.push(`${message} at ${world.now}`)
  })()
  await world.advance(999)
  messages.push("c", 1, 500)
  expect(seen).toEqual([])
  await world.advance(1000)
  expect(seen).toEqual(["a at 1000", "b at 1000", "c at 1500"])
  messages.finish(new Error("gone"))
})

test("a wait can be cancelled, for a message and for its delay, and nothing is lost", async () => {
  const { world, messages } = subscription()
  const first = new AbortController()
  const waiting = messages.receive({ signal: first.signal })
  first.abort(new Error("enough"))
  await expect(waiting).rejects.toThrow("enough")

  messages.push("a", 1, 1000)
  const second = new AbortController()
  const delayed = messages.receive({ signal: second.signal })
  second.abort(new Error("enough again"))
  await expect(delayed).rejects.toThrow("enough again")
  expect(world.pendingEvents).toBe(0)
  expect(await world.runUntil(messages.receive())).toBe("a")
})

test("a subscription that is closed while its reader waits for a delay gives nothing more", async () => {
  const { world, messages } = subscription()
  messages.push("a", 1, 1000)
  const waiting = messages.next()
  messages[Symbol.dispose]()
  expect(await waiting).toMatchObject({ done: true })
  expect(world.pendingEvents).toBe(0)
})

test("leaving the loop closes the subscription", async () => {
  const { messages } = subscription()
  messages.push("a", 1, 0)
  messages.push("b", 1, 0)
  for await (const _ of messages) break
  messages.push("c", 1, 0)
  expect(messages.size).toBe(0)
})

test("by default it tells the channel when it is full, in messages or in bytes, and when it is not", async () => {
  const { messages, changes } = subscription({ maxMessages: 3, maxBytes: 10 })
  messages.push("a", 9, 0)
  expect(changes).toEqual([])
  messages.push("b", 9, 0)
  expect(changes).toEqual([true])
  await messages.receive()
  expect(changes).toEqual([true, false])
  messages.push("c", 0, 0)
  messages.push("d", 0, 0)
  expect(changes).toEqual([true, false, true])
  messages.clear()
  expect(changes).toEqual([true, false, true, false])
})

test("one message may wait, however large it is", () => {
  const { messages, changes } = subscription({ maxBytes: 10, overflow: "drop-newest" })
  messages.push("a", 1000, 0)
  expect([messages.size, messages.dropped, changes]).toEqual([1, 0, []])
})

test.each([
  ["drop-oldest", ["c", "d"]],
  ["drop-newest", ["a", "b"]],
] as const)("with %s it drops and counts", async (overflow, kept) => {
  const { messages, changes } = subscription({ maxMessages: 2, overflow })
  for (const message of ["a", "b", "c", "d"]) messages.push(message, 1, 0)
  expect([messages.dropped, changes]).toEqual([2, []])
  messages.finish(new Error("gone"))
  const seen: string[] = []
  for await (const message of messages) seen.push(message)
  expect(seen).toEqual(kept)
})

test("any run of pushes and reads gives every message once, in order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(3000), { maxLength: 20 }), async (bursts) => {
      const { messages } = subscription()
      let pushed = 0
      const seen: string[] = []
      for (const burst of bursts) {
        for (let i = 0; i < burst; i++) messages.push(`${pushed++}`, 1, 0)
        while (messages.size > burst / 2) seen.push(await messages.receive())
      }
      while (messages.size > 0) seen.push(await messages.receive())
      expect(seen).toEqual(Array.from({ length: pushed }, (_, i) => `${i}`))
    }),
    { numRuns: 20 },
  )
})
