import { logTo, type ByteStream, type Log, type LogRecord } from "@dchat/runtime"
import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import type { Connection } from "../connection/connection.ts"
import type { Handler } from "../connection/handler.ts"
import { openConnection } from "../client/connect.ts"
import type { SubscriptionSink } from "../subscription/sink.ts"
import type { ServeOptions } from "./options.ts"
import { requestHandler } from "./request-handler.ts"
import { serve } from "./serve.ts"

const ADDRESS = "tcp://10.9.9.9:7000"

async function stage(options: Partial<ServeOptions> = {}, log?: Log) {
  const world = virtualWorld()
  const there = world.host({ name: "there", ip: "10.9.9.9" })
  const here = world.host({ name: "here" })
  const runtime = { clock: there.clock, network: there.network, ...(log && { log }) }
  const sinks: SubscriptionSink[] = []
  const handler = requestHandler((request) => {
    if (request.method === "hang") return new Promise(() => {})
    if (request.method === "ticks") return void sinks.push(request.accept({ overflow: "drop-newest", maxItems: 3 }))
    return "x".repeat((request.params as [number])[0])
  })
  const server = await world.runUntil(serve(handler, { listen: [ADDRESS], runtime, ...options }))
  const dial = (handler: Handler = () => new Promise(() => {})): Promise<Connection> =>
    world.runUntil(openConnection(ADDRESS, { runtime: here, handler }))
  /** A client that asks and does not read. */
  const wedge = async (...texts: string[]): Promise<ByteStream> => {
    const stream = await world.runUntil(here.network.connect({ kind: "tcp", host: "10.9.9.9", port: 7000 }))
    for (const text of texts) stream.write(new TextEncoder().encode(`${text}\n`))
    await world.runUntilIdle()
    return stream
  }
  return { world, server, dial, wedge, sinks }
}

test("a server counts who is there, who was and who was turned away", async () => {
  const { world, server, dial } = await stage({ connectionLimit: 2 })
  expect(server.getCounters()).toEqual({
    connections: 0,
    inFlight: 0,
    bytesInFlight: 0,
    bufferedBytes: 0,
    connectionsAccepted: 0,
    connectionsRefused: 0,
    refusedByListener: 0,
    readingPaused: 0,
    requestsRefused: 0,
    notificationsDropped: 0,
    repliesTooLong: 0,
    subscriptionsRefused: 0,
    itemsDropped: 0,
    slowReadersClosed: 0,
  })
  const first = await dial()
  await dial()
  await dial()
  void first.request("hang").catch(() => {})
  await world.runUntilIdle()
  expect(server.getCounters()).toMatchObject({
    connections: 2,
    inFlight: 1,
    bytesInFlight: '{"jsonrpc":"2.0","id":1,"method":"hang"}'.length,
    connectionsAccepted: 2,
    connectionsRefused: 1,
  })
  await world.runUntil(first.close())
  await world.runUntilIdle()
  expect(server.getCounters()).toMatchObject({ connections: 1, inFlight: 0, connectionsAccepted: 2 })
})

test("all connections count into one: what was refused, dropped and too long", async () => {
  const limits = { maxInFlight: 1, maxSubscriptions: 1, maxSendBytes: 1000 }
  const { world, server, dial } = await stage({ limits })
  const [one, other] = [await dial(), await dial()]
  await expect(world.runUntil(one.request("text", [1000]))).rejects.toMatchObject({ code: -32008 })
  await expect(world.runUntil(other.request("text", [1000]))).rejects.toMatchObject({ code: -32008 })
  one.subscribe("ticks")
  await world.runUntilIdle()
  await expect(world.runUntil(one.request("ticks"))).rejects.toMatchObject({ code: -32006 })
  // A server that waits for an answer itself reads on, and refuses.
  const [served] = server.connections
  void served?.request("never answered", []).catch(() => {})
  void one.request("hang").catch(() => {})
  await expect(world.runUntil(one.request("hang"))).rejects.toMatchObject({ code: -32000 })
  await one.notify("text", [1])
  await world.runUntilIdle()
  expect(server.getCounters()).toMatchObject({
    repliesTooLong: 2,
    subscriptionsRefused: 1,
    requestsRefused: 1,
    notificationsDropped: 1,
  })
  expect([...server.connections].map(({ counters }) => counters.repliesTooLong)).toEqual([2, 2])
  expect(one.counters.repliesTooLong).toBe(0)
})

test("items that nobody took, and clients that do not read, are counted", async () => {
  const limits = { pauseAtBytes: 1000, closeAtBytes: 1_000_000 }
  const { world, server, wedge, sinks } = await stage({ limits })
  const stream = await wedge('{"jsonrpc":"2.0","id":1,"method":"ticks"}')
  stream.pause()
  for (let n = 0; n < 500; n++) {
    sinks[0]?.trySend("x".repeat(1000))
    await world.runUntilIdle()
  }
  const { itemsDropped, bufferedBytes } = server.getCounters()
  expect(itemsDropped).toBe(sinks[0]?.dropped)
  expect(itemsDropped).toBeGreaterThan(100)
  expect(bufferedBytes).toBeGreaterThan(1000)
  const greedy = await wedge()
  greedy.pause()
  greedy.write(new TextEncoder().encode('{"jsonrpc":"2.0","id":1,"method":"text","params":[3000000]}\n'))
  await world.runUntilIdle()
  expect(server.getCounters()).toMatchObject({ slowReadersClosed: 1, connections: 1 })
})

test("what cannot be sent to everybody is told to the log, and harms nobody", async () => {
  const records: LogRecord[] = []
  const log = logTo({ accepts: () => true, write: (record) => records.push(record) })
  const { world, server, dial } = await stage({ limits: { maxSendBytes: 100 } }, log)
  const news: unknown[] = []
  await dial(({ params }) => void news.push(params))
  await world.runUntilIdle()
  server.notify("news", ["x".repeat(100)])
  server.notify("news", [1n])
  server.notify("news", [1])
  await world.runUntilIdle()
  expect(news).toEqual([[1]])
  const told = records.filter(({ level }) => level === "error")
  expect(told.map(({ fields }) => (fields["error"] as { code: string }).code)).toEqual(["too-long", "encode"])
})
