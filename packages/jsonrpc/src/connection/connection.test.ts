import { virtualWorld, type VirtualHost, type VirtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { MethodNotFoundError, ServerError } from "../message/errors.ts"
import { RpcError } from "../message/rpc-error.ts"
import { memoryPair } from "../transport/memory.ts"
import { RawPeer } from "../transport/raw-peer.test-kit.ts"
import type { Transport } from "../transport/transport.ts"
import { Connection } from "./connection.ts"
import type { ConnectionOptions } from "./options.ts"
import { CallCancelledError, CallTimeoutError, ConnectionClosedError, EncodeError } from "./errors.ts"
import type { IncomingRequest } from "./incoming-request.ts"

interface Scene {
  readonly world: VirtualWorld
  readonly host: VirtualHost
  readonly near: Transport
  readonly far: Transport
}

function scene(): Scene {
  const world = virtualWorld()
  const host = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock: host.clock })
  return { world, host, near, far }
}

/** A connection whose other end is driven by hand. */
function withPeer(options: ConnectionOptions = {}) {
  const { world, host, near, far } = scene()
  return { world, host, connection: new Connection(near, { clock: host.clock, ...options }), peer: new RawPeer(far) }
}

/** Two connections that lead to each other. */
function pair(left: ConnectionOptions, right: ConnectionOptions) {
  const { world, host, near, far } = scene()
  return {
    world,
    host,
    left: new Connection(near, { clock: host.clock, ...left }),
    right: new Connection(far, { clock: host.clock, role: "server", ...right }),
  }
}

const request = (id: unknown, method: string, params?: unknown) => ({ jsonrpc: "2.0", id, method, params })
const reply = (id: unknown, result: unknown) => ({ jsonrpc: "2.0", id, result })

test("either side calls the other, at the same time", async () => {
  const { world, left, right } = pair(
    { handler: ({ method }) => `left ${method}` },
    { handler: async ({ connection, method }) => `right ${method}, ${String(await connection.request("back"))}` },
  )
  expect(await world.runUntil(Promise.all([left.request("a"), right.request("b")]))).toEqual([
    "right a, left back",
    "left b",
  ])
  expect([left.isClient, left.isServer, right.isClient, right.isServer]).toEqual([true, false, false, true])
})

test("a loop of one's own answers requests and notifications, and ends with the connection", async () => {
  const { world, left, right } = pair({}, {})
  const seen: unknown[] = []
  const loop = (async () => {
    for await (const request of right.requests()) {
      seen.push([request.method, request.params, request.isNotification])
      if (request.method === "greet") await request.reply(`Hello, ${String((request.params as string[])[0])}!`)
      else await request.replyError(new MethodNotFoundError())
    }
  })()
  expect(await world.runUntil(left.request("greet", ["Daisy"]))).toBe("Hello, Daisy!")
  await left.notify("note", { a: 1 })
  await expect(world.runUntil(left.request("nope"))).rejects.toBeInstanceOf(MethodNotFoundError)
  await world.runUntil(left.close())
  await world.runUntil(loop)
  expect(seen).toEqual([
    ["greet", ["Daisy"], false],
    ["note", { a: 1 }, true],
    ["nope", undefined, false],
  ])
})

test("a request is answered once", async () => {
  const { world, connection, peer } = withPeer()
  peer.send(request(1, "a"))
  const { value: first } = await world.runUntil(connection.requests().next())
  const incoming = first as IncomingRequest
  expect(() => incoming.reply(1n)).toThrow(TypeError)
  await incoming.reply(undefined)
  expect(() => incoming.reply(2)).toThrow("answered already")
  expect(incoming.isAnswered).toBe(true)
  await world.runUntilIdle()
  expect(peer.take()).toEqual([reply(1, null)])
})

test("what a handler throws is the answer when it is meant for the caller, else a number to look it up by", async () => {
  const records: unknown[] = []
  const log = { ...silent, error: (message: string, fields?: object) => records.push({ message, ...fields }) }
  const secret = new Error("the password is swordfish")
  const { world, connection, peer } = withPeer({
    log,
    handler: async ({ method }) => {
      if (method === "told") throw new ServerError(-32001, "told so", { data: 1 })
      if (method === "later") await Promise.resolve()
      if (method === "unsendable") return 1n
      throw secret
    },
  })
  peer.send(request(1, "told"), request(2, "later"), request(3, "unsendable"), { jsonrpc: "2.0", method: "note" })
  await world.runUntilIdle()
  const replies = peer.take() as { id: number; error: { code: number; data: { reference: string } } }[]
  const byId = new Map(replies.map(({ id, error }) => [id, error]))
  expect(byId.get(1)).toEqual({ code: -32001, message: "told so", data: { data: 1 } })
  expect(byId.get(2)).toEqual({
    code: -32603,
    message: "Internal error",
    data: { reference: expect.any(String) as string },
  })
  expect(byId.get(3)).toMatchObject({ code: -32603 })
  expect(replies).toHaveLength(3)
  expect(records).toContainEqual({
    message: 'the handler of "later" failed',
    reference: byId.get(2)?.data.reference,
    error: secret,
  })
  expect(records).toHaveLength(3)
  expect(connection.inFlight).toBe(0)
})

test("a slow handler holds up neither other requests nor our own calls", async () => {
  const { world, connection, peer } = withPeer({
    handler: ({ method }) => (method === "never" ? new Promise(() => {}) : "quick"),
  })
  peer.send(request(1, "never"), request(2, "quick"))
  const call = connection.request("back")
  await world.runUntilIdle({ limitMs: 1 }).catch(() => {})
  expect(peer.take()).toEqual(
    [request(1, "back"), reply(2, "quick")].map(
      (m) => expect.objectContaining(JSON.parse(JSON.stringify(m)) as object) as unknown,
    ),
  )
  peer.send(reply(1, "answer"))
  expect(await world.runUntil(call)).toBe("answer")
})

test("a call times out, and its late answer harms nobody", async () => {
  const { world, connection, peer } = withPeer({ timeoutMs: 1000 })
  const slow = connection.request("slow")
  const patient = connection.request("patient", [], { timeoutMs: 5000 })
  const failure = await world.runUntil(slow.catch((error: unknown) => error))
  expect(failure).toBeInstanceOf(CallTimeoutError)
  expect((failure as Error).message).toMatch(/^\S+ did not answer \S+ in time$/)
  expect(failure).toMatchObject({ code: "timeout", sent: "maybe" })
  expect(world.now).toBe(1000)
  peer.send(reply(1, "late"), reply(2, "in time"))
  expect(await world.runUntil(patient)).toBe("in time")
  await world.runUntil(connection.close())
})

test("a thousand calls set few timers, and each still times out when it should", async () => {
  const { world, host, connection } = withPeer({ timeoutMs: 1000 })
  const calls: Promise<unknown>[] = []
  for (let i = 0; i < 1000; i++) {
    calls.push(connection.request("m").catch(() => host.clock.monotonic()))
    await world.advance(0.5)
  }
  const before = world.pendingEvents
  expect(before).toBeLessThan(10)
  const ends = (await world.runUntil(Promise.all(calls))) as number[]
  const late = ends.map((end, index) => end - (1000 + index * 0.5))
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...late)).toBeLessThanOrEqual(10)
})

test("a signal ends the wait and leaves no listener behind", async () => {
  const { world, connection, peer } = withPeer()
  const controller = new AbortController()
  const { signal } = controller
  const before = connection.request("a", [], { signal: AbortSignal.abort("early") }).catch((error: unknown) => error)
  expect(await before).toMatchObject({ code: "cancelled", sent: "no", cause: "early" })

  const call = connection.request("a", [], { signal }).catch((error: unknown) => error)
  const batch = connection.batch([{ method: "b" }, { method: "c" }], { signal })
  await world.advance(1)
  controller.abort("enough")
  expect(await call).toBeInstanceOf(CallCancelledError)
  expect(await call).toMatchObject({ sent: "maybe", cause: "enough" })
  expect(await batch).toMatchObject([
    { ok: false, error: { code: "cancelled" } },
    { ok: false, error: { code: "cancelled" } },
  ])

  peer.send(reply(1, "late"))
  const next = connection.request("d")
  await world.advance(1)
  peer.send(reply(4, "on it goes"))
  expect(await world.runUntil(next)).toBe("on it goes")
})

test("everything settles when the connection closes, and says whether it was sent", async () => {
  const { world, connection, peer } = withPeer()
  const sent = connection.request("sent").catch((error: unknown) => error)
  const batch = connection.batch([{ method: "a" }, { method: "b", isNotification: true }])
  await world.advance(1)
  void peer.transport.close()
  const unsent = connection.request("unsent").catch((error: unknown) => error)
  expect(await world.runUntil(sent)).toMatchObject({ code: "closed", sent: "maybe" })
  expect(await unsent).toMatchObject({ code: "closed", sent: "no" })
  expect(await batch).toMatchObject([{ ok: false, error: { sent: "maybe" } }, { ok: true }])
  expect(connection.status).toBe("closed")
  await expect(connection.request("after")).rejects.toMatchObject({ code: "closed", sent: "no" })
  await expect(connection.notify("after")).rejects.toBeInstanceOf(ConnectionClosedError)
  await expect(connection.batch([])).rejects.toBeInstanceOf(ConnectionClosedError)
})

test("what was sent before a close arrives", async () => {
  const { world, connection, peer } = withPeer()
  void connection.notify("bye")
  const closing = connection.close()
  await world.advance(1)
  expect(peer.take()).toEqual([{ jsonrpc: "2.0", method: "bye" }])
  expect(peer.status).toBe("ended")
  peer.transport.end()
  await world.runUntil(closing)
  expect(await connection.closed).toBeUndefined()
})

test("a close does not wait for ever for a peer who does not close", async () => {
  const { world, connection } = withPeer()
  await world.runUntil(connection.close())
  expect(world.now).toBe(500)
  expect(connection.status).toBe("closed")
})

test("finishing answers what is in flight, refuses what is new, and then closes", async () => {
  const { world, connection, peer } = withPeer({
    handler: ({ connection }) => connection.state.get("answer"),
  })
  let answer!: (value: unknown) => void
  connection.state.set("answer", new Promise((resolve) => (answer = resolve)))
  peer.send(request(1, "slow"))
  await world.advance(1)
  const finished = connection.finish()
  peer.send(request(2, "new"))
  await world.advance(1)
  expect(peer.take()).toMatchObject([{ id: 2, error: { code: -32000 } }])
  answer("done")
  await world.advance(1)
  expect(peer.take()).toEqual([reply(1, "done")])
  expect(peer.status).toBe("ended")
  peer.transport.end()
  await world.runUntil(finished)
})

test("finishing gives up when its time is over also when the other side has sent all it had to say", async () => {
  const { world, connection, peer } = withPeer({
    handler: ({ signal }) =>
      new Promise((_, fail) => {
        signal.addEventListener("abort", () => fail(new Error("nobody waits")))
      }),
  })
  peer.send(request(1, "forever"))
  peer.transport.end()
  await world.advance(10)
  expect([connection.status, connection.inFlight]).toEqual(["finishing", 1])
  await world.runUntil(connection.finish({ timeoutMs: 0 }))
  expect(world.now).toBeLessThan(600)
})

test("finishing gives up when its time is over", async () => {
  const { world, connection, peer } = withPeer({
    handler: ({ signal }) => new Promise((resolve) => signal.addEventListener("abort", resolve)),
  })
  peer.send(request(1, "never"))
  await world.advance(1)
  expect(connection.inFlight).toBe(1)
  await world.runUntil(connection.finish({ timeoutMs: 200 }))
  expect(world.now).toBeLessThan(1000)
  expect(connection.inFlight).toBe(0)
})

test("a peer who ends its stream still gets its answers", async () => {
  const { world, connection, peer } = withPeer({ handler: async () => "here" })
  const own = connection.request("own").catch((error: unknown) => error)
  peer.send(request(1, "a"))
  peer.transport.end()
  expect(await world.runUntil(own)).toMatchObject({ code: "closed", sent: "maybe" })
  await world.runUntil(connection.closed)
  expect(peer.take()).toContainEqual(reply(1, "here"))
})

test("parameters that are no JSON reject, and nothing is sent", async () => {
  const { world, connection, peer } = withPeer()
  await expect(connection.request("a", [1n])).rejects.toBeInstanceOf(EncodeError)
  await expect(connection.batch([{ method: "a", params: [1n] }])).rejects.toMatchObject({ code: "encode", sent: "no" })
  await world.runUntilIdle()
  expect(peer.take()).toEqual([])
})

test("an empty batch is answered here, with nothing", async () => {
  const { world, connection, peer } = withPeer()
  expect(await connection.batch([])).toEqual([])
  await world.runUntilIdle()
  expect(peer.take()).toEqual([])
})

test("reading pauses while too much is in flight, and nothing is lost", async () => {
  const waiting: ((value: string) => void)[] = []
  const { world, connection, peer } = withPeer({
    limits: { maxInFlight: 2 },
    handler: () => new Promise((resolve) => waiting.push(resolve)),
  })
  peer.send(...[1, 2, 3, 4, 5].map((id) => request(id, "m")))
  await world.runUntilIdle()
  expect(connection.inFlight).toBe(2)
  for (const expected of [[1, 2], [3, 4], [5]]) {
    for (const resolve of waiting.splice(0)) resolve("done")
    await world.runUntilIdle()
    expect(peer.take()).toEqual(expected.map((id) => reply(id, "done")))
  }
})

test("a side that waits for an answer never stops reading: what is too much is refused", async () => {
  const { world, connection, peer } = withPeer({
    limits: { maxInFlight: 1 },
    handler: ({ connection }) => connection.request("back"),
  })
  peer.send(request("a", "m"), request("b", "m"))
  await world.advance(1)
  expect(peer.take()).toMatchObject([
    { method: "back" },
    { id: "b", error: { code: -32000, message: "too many requests at once" } },
  ])
  expect(connection.counters).toMatchObject({ requestsRefused: 1, notificationsDropped: 0 })
  peer.send(reply(1, "answer"))
  await world.advance(1)
  expect(peer.take()).toEqual([reply("a", "answer")])
})

test("one connection that pipelines without end lets the others have their turns", async () => {
  const { world, host, near, far } = scene()
  const [near2, far2] = memoryPair({ clock: host.clock })
  const order: string[] = []
  let now = 0
  const clock = {
    now: () => 0,
    monotonic: () => now,
    setTimer: host.clock.setTimer.bind(host.clock),
    defer: host.clock.defer.bind(host.clock),
  }
  const serve = (name: string, transport: Transport): Connection => {
    const handler = (): void => {
      order.push(name)
      now += 0.1
    }
    return new Connection(transport, { clock, handler })
  }
  serve("hog", far)
  serve("quiet", far2)
  const [hog, quiet] = [new RawPeer(near), new RawPeer(near2)]
  for (let i = 0; i < 100; i++) hog.transport.send(JSON.stringify(request(i, "m")))
  hog.transport.flush()
  quiet.send(request(1, "m"))
  await world.runUntilIdle()
  expect(order).toHaveLength(101)
  // A millisecond of 0.1 ms each, and what is handled between two looks at the clock.
  expect(order.indexOf("quiet")).toBeLessThanOrEqual(32)
  expect(hog.take()).toHaveLength(100)
})

test("a peer who does not read is not read from, and is cut off at a bound", async () => {
  const { world, connection, peer } = withPeer({
    role: "server",
    limits: { pauseAtBytes: 100_000, closeAtBytes: 300_000 },
    handler: () => "x".repeat(1000),
  })
  peer.transport.pause()
  for (let i = 0; i < 1000; i++) peer.send(request(i, "m"))
  await world.runUntilIdle()
  expect(connection.status).toBe("open")
  expect(connection.bufferedBytes).toBeGreaterThan(100_000)
  expect(connection.bufferedBytes).toBeLessThan(120_000)

  const keepsUp = connection.notify("n")
  peer.transport.resume()
  await world.runUntil(keepsUp)
  await world.runUntilIdle()
  expect(peer.take()).toHaveLength(1001)

  peer.transport.pause()
  for (let i = 0; i < 400; i++) void connection.notify("n", ["x".repeat(1000)])
  const error = await world.runUntil(connection.closed)
  expect(error?.message).toContain("300000 bytes unread")
})

test("what waits at the end of the turn leaves with one flush; in a long turn the 16th, the next 48, the next 144", async () => {
  const { world, host, near, far } = scene()
  const flushed: number[] = []
  let waiting = 0
  const { send, flush } = { send: near.send.bind(near), flush: near.flush.bind(near) }
  near.send = (text) => {
    waiting++
    send(text)
  }
  near.flush = () => {
    flushed.push(waiting)
    waiting = 0
    flush()
  }
  const connection = new Connection(near, { clock: host.clock })
  const peer = new RawPeer(far)
  const sendAll = async (count: number, text: string): Promise<void> => {
    for (let i = 0; i < count; i++) void connection.notify("n", [text])
    await world.runUntilIdle()
  }
  await sendAll(120, "")
  await sendAll(2, "")
  await sendAll(20, "")
  expect(flushed.splice(0)).toEqual([16, 48, 56, 2, 16, 4])
  // 16 Ki characters leave however few messages they are.
  await sendAll(8, "x".repeat(6000))
  expect(flushed).toEqual([3, 3, 2])
  expect(peer.take()).toHaveLength(150)
})

test("per-connection state lives as long as its connection, and is its own", async () => {
  const { world, left, right } = pair(
    {},
    {
      handler: ({ connection }) => {
        const count = ((connection.state.get("count") as number | undefined) ?? 0) + 1
        connection.state.set("count", count)
        return count
      },
    },
  )
  expect(await world.runUntil(Promise.all([left.request("m"), left.request("m")]))).toEqual([1, 2])
  expect(right.state.get("count")).toBe(2)
  expect(left.state.size).toBe(0)
})

test("an error of the wire is an RpcError with everything that was said", async () => {
  const { world, connection, peer } = withPeer()
  const call = connection.request("m").catch((error: unknown) => error)
  await world.advance(1)
  peer.send({ jsonrpc: "2.0", id: 1, error: { code: 99, message: "no", data: [1] } })
  const error = await world.runUntil(call)
  expect(error).toBeInstanceOf(RpcError)
  expect(error).toMatchObject({ code: 99, message: "no", data: [1] })
})

const silent = {
  error: () => {},
  warn: () => {},
  info: () => {},
  debug: () => {},
  trace: () => {},
  isEnabled: () => false,
  child: () => silent,
}
