import { virtualWorld } from "@dchat/runtime/virtual"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import { Connection } from "../connection/connection.ts"
import type { ConnectionOptions } from "../connection/options.ts"
import type { IncomingRequest } from "../connection/incoming-request.ts"
import { darkfiDialect } from "../dialect/darkfi.ts"
import type { Dialect } from "../dialect/dialect.ts"
import { ApplicationError } from "../message/errors.ts"
import { ServerCode } from "../message/server-code.ts"
import { memoryPair } from "../transport/memory.ts"
import { RawPeer } from "../transport/raw-peer.test-kit.ts"
import { BoundedBuffer } from "./buffer.ts"
import type { SubscriptionSink } from "./sink.ts"
import type { Subscription } from "./subscription.ts"

/** A client, a server that keeps the sinks of what it has accepted, and a world of their own. */
function pair({ dialect, ...options }: ConnectionOptions = {}) {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  const sinks: SubscriptionSink[] = []
  const signals: AbortSignal[] = []
  const handler = (request: IncomingRequest): void => {
    if (request.method === "no") throw new ApplicationError(7, "not you")
    signals.push(request.signal)
    sinks.push(request.accept())
  }
  const both = { clock, ...(dialect === undefined ? {} : { dialect }) }
  const client = new Connection(near, both)
  const server = new Connection(far, { role: "server", handler, ...both, ...options })
  return { world, clock, client, server, sinks, signals }
}

async function collect(subscription: Subscription): Promise<unknown[]> {
  const items: unknown[] = []
  try {
    for await (const item of subscription) items.push(item)
  } catch (error) {
    items.push(error)
  }
  return items
}

test("items come in order, and the end of the sink ends the loop", async () => {
  const { world, client, sinks } = pair()
  const items = collect(client.subscribe("ticks"))
  await world.runUntilIdle()
  for (let item = 0; item < 100; item++) expect(await sinks[0]?.send(item)).toBe(true)
  sinks[0]?.close()
  expect(await world.runUntil(items)).toEqual(Array.from({ length: 100 }, (_, item) => item))
  expect(await sinks[0]?.send("late")).toBe(false)
})

test("items that stand right behind the answer are not lost", async () => {
  const { world, client, sinks } = pair()
  const subscription = client.subscribe("ticks")
  while (sinks.length === 0) await world.advance(1)
  sinks[0]?.trySend("first")
  sinks[0]?.close()
  expect(await world.runUntil(collect(subscription))).toEqual(["first"])
})

test("leaving the loop unsubscribes, and the signal of the request is aborted", async () => {
  const { world, client, sinks, signals } = pair()
  const subscription = client.subscribe("ticks")
  await world.runUntil(subscription.accepted)
  sinks[0]?.trySend(1)
  await world.runUntilIdle()
  for await (const item of subscription) {
    expect(item).toBe(1)
    break
  }
  expect(await subscription.next()).toEqual({ done: true, value: undefined })
  await world.runUntilIdle()
  expect(sinks[0]?.isClosed).toBe(true)
  expect(signals[0]?.aborted).toBe(true)
  expect(sinks[0]?.trySend(2)).toBe(false)
})

test("who leaves before the answer unsubscribes when it comes", async () => {
  const { world, client, sinks } = pair()
  const subscription = client.subscribe("ticks")
  await subscription.return()
  await world.runUntilIdle()
  expect(sinks[0]?.isClosed).toBe(true)
})

test("a refusal is what the loop throws, once", async () => {
  const { world, client } = pair()
  const subscription = client.subscribe("no")
  await expect(world.runUntil(subscription.accepted)).rejects.toMatchObject({ code: 7 })
  await expect(subscription.next()).rejects.toMatchObject({ code: 7 })
  expect((await subscription.next()).done).toBe(true)
})

test("an error of the serving side travels after the items before it", async () => {
  const { world, client, sinks } = pair()
  const items = collect(client.subscribe("ticks"))
  await world.runUntilIdle()
  sinks[0]?.trySend("a")
  sinks[0]?.close(new ApplicationError(9, "out of ticks"))
  expect(await world.runUntil(items)).toEqual(["a", expect.objectContaining({ code: 9, message: "out of ticks" })])
})

test("a handler that fails after it has accepted ends the subscription with its error", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  const client = new Connection(near, { clock })
  const server = new Connection(far, {
    clock,
    handler: async (request) => {
      await request.accept().send(1)
      throw new Error("secret")
    },
  })
  const items = await world.runUntil(collect(client.subscribe("ticks")))
  expect(items).toEqual([1, expect.objectContaining({ code: -32603, message: "Internal error" })])
  expect(server.inFlight).toBe(0)
})

test("many subscriptions share a connection, and one that ends leaves the others alone", async () => {
  const { world, client, sinks } = pair()
  const all = Array.from({ length: 50 }, (_, index) => collect(client.subscribe(`m${index % 3}`)))
  await world.runUntilIdle()
  for (const sink of sinks) sink.trySend(sink.name.id)
  sinks[0]?.close()
  await world.runUntilIdle()
  for (const sink of sinks) sink.trySend("again")
  for (const sink of sinks) sink.close()
  const items = await world.runUntil(Promise.all(all))
  expect(items[0]).toEqual([1])
  expect(items.slice(1)).toEqual(Array.from({ length: 49 }, (_, index) => [index + 2, "again"]))
})

test("one subscription too many is refused, and one that ended makes room", async () => {
  const { world, client, sinks } = pair({ limits: { maxSubscriptions: 1 } })
  const first = client.subscribe("ticks")
  await expect(world.runUntil(client.subscribe("ticks").accepted)).rejects.toMatchObject({ code: -32006 })
  await first.return()
  await world.runUntilIdle()
  await world.runUntil(client.subscribe("ticks").accepted)
  expect(sinks).toHaveLength(2)
})

test("the end of the connection ends both sides, and says so", async () => {
  const { world, client, server, sinks } = pair()
  const items = collect(client.subscribe("ticks"))
  await world.runUntilIdle()
  sinks[0]?.trySend(1)
  await world.runUntilIdle()
  await world.runUntil(server.close())
  expect(await world.runUntil(items)).toEqual([1, expect.objectContaining({ code: "closed" })])
  expect(sinks[0]?.isClosed).toBe(true)
  expect(await collect(client.subscribe("ticks"))).toEqual([expect.objectContaining({ code: "closed", sent: "no" })])
})

test("who stops in good order tells subscribers that this is why", async () => {
  const { world, client, server, sinks } = pair()
  const items = collect(client.subscribe("ticks"))
  await world.runUntilIdle()
  sinks[0]?.trySend(1)
  await world.runUntil(server.finish())
  expect(await world.runUntil(items)).toEqual([1, expect.objectContaining({ code: ServerCode.closing })])
})

test("a signal ends the loop and tells the other side; no answer in time does the same", async () => {
  const { world, client, sinks } = pair()
  const controller = new AbortController()
  const items = collect(client.subscribe("ticks", [], { signal: controller.signal }))
  await world.runUntilIdle()
  controller.abort("enough")
  expect(await items).toEqual([expect.objectContaining({ code: "cancelled", cause: "enough" })])
  await world.runUntilIdle()
  expect(sinks[0]?.isClosed).toBe(true)

  const [near, far] = memoryPair({ clock: world.host({ name: "there" }).clock })
  const silent = new RawPeer(far)
  const impatient = new Connection(near, { clock: world.host({ name: "yonder" }).clock })
  const lost = impatient.subscribe("ticks", [], { timeoutMs: 1000 })
  await expect(world.runUntil(lost.accepted)).rejects.toMatchObject({ code: "timeout" })
  silent.take()
  silent.send({ jsonrpc: "2.0", id: 1, result: "s1" })
  await world.runUntilIdle()
  expect(silent.take()).toEqual([{ jsonrpc: "2.0", method: "rpc.unsubscribe", params: { subscription: "s1" } }])
})

test.each([
  ["drop-oldest", [3, 4], 3],
  ["drop-newest", [0, 1], 3],
  ["close", [0, 1, expect.objectContaining({ code: "lagged" })], 1],
] as const)("a loop that is too slow loses what %s says", async (overflow, expected, dropped) => {
  const { world, client, sinks } = pair()
  const subscription = client.subscribe("ticks", [], { buffer: { maxItems: 2, overflow } })
  await world.runUntil(subscription.accepted)
  for (let item = 0; item < 5; item++) sinks[0]?.trySend(item)
  await world.runUntilIdle()
  expect(subscription.size).toBe(2)
  sinks[0]?.close()
  await world.runUntilIdle()
  expect(await collect(subscription)).toEqual(expected)
  expect(subscription.dropped).toBe(dropped)
})

/** A server whose subscriber has stopped reading. */
async function wedged(accept: Parameters<IncomingRequest["accept"]>[0]) {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  let sink!: SubscriptionSink
  const server = new Connection(far, {
    clock,
    limits: { pauseAtBytes: 100_000 },
    handler: (request) => {
      sink = request.accept(accept)
    },
  })
  const reader = new RawPeer(near)
  reader.send({ jsonrpc: "2.0", id: 1, method: "ticks" })
  await world.runUntilIdle()
  reader.take()
  near.pause()
  const resume = async (): Promise<unknown[]> => {
    near.resume()
    await world.runUntilIdle()
    return reader.take().map((message) => {
      const { params } = message as { params: { item?: { n: number }; error?: { code: number } } }
      return params.item?.n ?? params.error?.code
    })
  }
  return { world, server, sink, resume }
}

const item = (n: number) => ({ n, filler: "x".repeat(1000) })

test("a wedged reader leaves memory flat, whatever the policy", async () => {
  for (const overflow of ["wait", "drop-oldest", "drop-newest", "close"] as const) {
    const { world, server, sink } = await wedged({ overflow, maxBytes: 20_000 })
    let most = 0
    for (let n = 0; n < 2000; n++) {
      sink.trySend(item(n))
      if (n % 10 === 0) await world.runUntilIdle()
      most = Math.max(most, server.bufferedBytes + sink.size * 1100)
    }
    expect(most).toBeLessThan(150_000)
    expect(most).toBeGreaterThan(100_000)
    expect(sink.isClosed).toBe(overflow === "close")
  }
})

test("items that wait count as many bytes as UTF-8 makes of them, on either side", async () => {
  const many = "€".repeat(1000)
  const { world, sink } = await wedged({ overflow: "drop-newest", maxBytes: 20_000 })
  while (sink.trySend({ n: 0, filler: many })) await world.runUntilIdle()
  // Of some 3,100 bytes each; in UTF-16 units there would be 18.
  expect(sink.size).toBe(6)

  const { world: other, client, sinks } = pair()
  const slow = client.subscribe("ticks", [], { buffer: { overflow: "drop-newest", maxBytes: 20_000 } })
  await other.runUntil(slow.accepted)
  for (let n = 0; n < 20; n++) await sinks[0]?.send(many)
  await other.runUntilIdle()
  expect([slow.size, slow.dropped]).toEqual([6, 14])
})

test("send waits for a wedged reader, and everything arrives when it reads again", async () => {
  const { world, sink, resume } = await wedged({ maxItems: 5 })
  let sent = 0
  const sending = (async () => {
    for (let n = 0; n < 300; n++) if (await sink.send(item(n))) sent++
  })()
  await world.runUntilIdle()
  expect(sent).toBeLessThan(150)
  const received: unknown[] = []
  while (sent < 300) received.push(...(await resume()))
  await sending
  received.push(...(await resume()))
  expect(received).toEqual(Array.from({ length: 300 }, (_, n) => n))
  expect(sink.dropped).toBe(0)
})

test("who waits to send can give up, and what it has given up is never sent", async () => {
  const { world, sink, resume } = await wedged({ maxItems: 3 })
  expect(sink.capacity).toBe(3)
  let taken = 0
  while (sink.trySend(item(taken))) taken++
  expect([sink.size, sink.capacity]).toEqual([3, 0])
  const patience = new AbortController()
  const given = sink.send(item(1000), { signal: patience.signal })
  const patient = sink.send(item(2000), { signal: new AbortController().signal })
  await world.runUntilIdle()
  const reason = new Error("no patience")
  patience.abort(reason)
  await expect(given).rejects.toBe(reason)
  await expect(sink.send(item(1001), { signal: patience.signal })).rejects.toBe(reason)
  const received = await resume()
  expect(await patient).toBe(true)
  received.push(...(await resume()))
  expect(received).toEqual([...Array.from({ length: taken }, (_, n) => n), 2000])
  expect(sink.capacity).toBe(3)
})

test("a sink that drops counts what it drops, and keeps the right ones", async () => {
  const oldest = await wedged({ overflow: "drop-oldest", maxItems: 3 })
  const newest = await wedged({ overflow: "drop-newest", maxItems: 3 })
  for (const { world, sink } of [oldest, newest]) {
    for (let n = 0; n < 300; n++) {
      await sink.send(item(n))
      await world.runUntilIdle()
    }
    expect(sink.size).toBe(3)
  }
  expect((await oldest.resume()).slice(-3)).toEqual([297, 298, 299])
  const kept = await newest.resume()
  expect(kept).toEqual(Array.from({ length: 300 - newest.sink.dropped }, (_, n) => n))
})

/** As Ethereum nodes do: ids are texts, and an item may come before the answer. */
const ethereum: Dialect = {
  name: "ethereum",
  subscriptions: {
    key: "id",
    newId: (count) => `0x${count.toString(16)}`,
    item: ({ id }, result) => ({
      kind: "notification",
      method: "eth_subscription",
      params: { subscription: id, result },
    }),
    unsubscribe: ({ id }) => ({ kind: "request", method: "eth_unsubscribe", params: [id] }),
    read(method, params) {
      const { subscription, result } = params as { subscription: string; result: unknown }
      return method === "eth_subscription" ? { kind: "item", key: subscription, item: result } : undefined
    },
    readUnsubscribe: (method, params) => (method === "eth_unsubscribe" ? (params as [string])[0] : undefined),
  },
}

test("a dialect spells subscriptions, and items may come before the answer", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  const client = new Connection(near, { clock, dialect: ethereum })
  const node = new RawPeer(far)
  const subscription = client.subscribe("eth_subscribe", ["newHeads"])
  await world.advance(1)
  const news = (result: string) => ({
    jsonrpc: "2.0",
    method: "eth_subscription",
    params: { subscription: "0x1", result },
  })
  node.take()
  node.send(news("early"), { jsonrpc: "2.0", id: 1, result: "0x1" }, news("later"))
  await world.advance(1)
  expect([(await subscription.next()).value, (await subscription.next()).value]).toEqual(["early", "later"])
  await subscription.return()
  await world.advance(1)
  expect(node.take()).toEqual([{ jsonrpc: "2.0", id: 2, method: "eth_unsubscribe", params: ["0x1"] }])
})

test("a dialect says what ids of subscriptions look like", async () => {
  const { world, client, sinks } = pair({ dialect: ethereum })
  const first = client.subscribe("eth_subscribe")
  const second = client.subscribe("eth_subscribe")
  await world.runUntilIdle()
  expect(sinks.map(({ name }) => name.id)).toEqual(["0x1", "0x2"])
  sinks[1]?.trySend("news")
  await world.runUntilIdle()
  expect(await second.next()).toEqual({ done: false, value: "news" })
  await first.return()
  await world.runUntilIdle()
  expect(sinks.map(({ isClosed }) => isClosed)).toEqual([true, false])
  await world.runUntil(client.close())
})

test("DarkFi's way: no answer, items carry the method's name, and a refusal is an error", async () => {
  const { world, client, sinks } = pair({ dialect: darkfiDialect })
  const subscription = client.subscribe("dnet.subscribe_events", [])
  await world.runUntilIdle()
  expect(() => client.subscribe("dnet.subscribe_events", [])).toThrow("already")
  sinks[0]?.trySend({ event: "send" })
  await world.runUntilIdle()
  expect(await subscription.next()).toEqual({ done: false, value: { event: "send" } })
  await expect(world.runUntil(client.subscribe("no").next())).rejects.toMatchObject({ code: 7 })
  await world.runUntil(client.close())
  expect(sinks[0]?.isClosed).toBe(true)
})

test("a request in a batch that subscribes DarkFi's way leaves the others their answer", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  const server = new Connection(far, {
    clock,
    dialect: darkfiDialect,
    handler: (request) => (request.method === "sub" ? void request.accept() : "pong"),
  })
  const peer = new RawPeer(near)
  const call = (id: number, method: string) => ({ jsonrpc: "2.0", id, method })
  peer.send([call(1, "sub"), call(2, "ping")], [call(3, "sub")])
  await world.runUntilIdle()
  expect(peer.take()).toEqual([[{ jsonrpc: "2.0", id: 2, result: "pong" }]])
  expect(server.inFlight).toBe(0)
})

test("to subscribe by a notification opens nothing", async () => {
  const { world, client, sinks, server } = pair()
  await client.notify("ticks")
  await world.runUntilIdle()
  expect([sinks.length, server.inFlight]).toEqual([0, 0])
})

test("a buffer never holds more than it may, but for one item that waits alone", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 })), fc.integer({ min: 1, max: 5 }), (sizes, maxItems) => {
      const buffer = new BoundedBuffer<number>({ maxItems, maxBytes: 40 })
      const model: number[] = []
      for (const size of sizes) {
        if (buffer.hasRoomFor(size)) {
          buffer.put(size, size)
          model.push(size)
        } else expect(buffer.shift()).toBe(model.shift())
        expect(buffer.size).toBe(model.length)
        expect(buffer.bytes).toBe(model.reduce((sum, each) => sum + each, 0))
        expect(buffer.size).toBeLessThanOrEqual(maxItems)
        if (buffer.size > 1) expect(buffer.bytes).toBeLessThanOrEqual(40)
      }
    }),
  )
  expect(() => new BoundedBuffer({ maxItems: 0 })).toThrow(RangeError)
})

test("all subscriptions of a wedged reader together hold no more than 16 MiB, and one item each", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  const sinks: SubscriptionSink[] = []
  const server = new Connection(far, { clock, handler: (request) => void sinks.push(request.accept()) })
  const reader = new RawPeer(near)
  for (let id = 0; id < 100; id++) reader.send({ jsonrpc: "2.0", id, method: "ticks" })
  await world.runUntilIdle()
  expect(reader.take()).toHaveLength(100)
  near.pause()
  const long = "x".repeat(100_000)
  const fill = async (): Promise<number> => {
    let taken = 0
    for (let round = 0; round < 20; round++) for (const sink of sinks) if (sink.trySend(long)) taken++
    await world.runUntilIdle()
    return taken
  }
  const taken = await fill()
  const waiting = sinks.reduce((sum, { size }) => sum + size, 0)
  expect(waiting).toBeGreaterThan(160)
  expect(waiting).toBeLessThanOrEqual(168 + sinks.length)
  expect(taken - waiting).toBeLessThan(server.bufferedBytes / 100_000 + 1)
  near.resume()
  await world.runUntilIdle()
  expect(reader.take()).toHaveLength(taken)
  near.pause()
  expect(await fill()).toBeGreaterThan(160) // what has left is not counted any more
})
