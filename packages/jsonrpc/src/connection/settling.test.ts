import type { ByteStream } from "@dchat/runtime"
import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { client } from "../client/make-client.ts"
import { contract } from "../contract/contract.ts"
import { newlineFraming } from "../framing/newline.ts"
import { ApplicationError } from "../message/errors.ts"
import { RpcError } from "../message/rpc-error.ts"
import { memoryPair } from "../transport/memory.ts"
import { RawPeer } from "../transport/raw-peer.test-kit.ts"
import { streamTransport } from "../transport/stream.ts"
import type { BatchOutcome } from "./call.ts"
import { Connection } from "./connection.ts"
import type { ConnectionOptions } from "./options.ts"
import { ConnectionClosedError } from "./errors.ts"

function scene(options: ConnectionOptions = {}) {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  return { world, clock, near, far, connection: new Connection(near, { clock, ...options }) }
}

const request = (id: number, method: string) => ({ jsonrpc: "2.0", id, method })

/** The `sent` of a call that fails because the connection closed. */
async function sentOf(call: Promise<unknown>): Promise<string> {
  const error = await call.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(ConnectionClosedError)
  return (error as ConnectionClosedError).sent
}

test("a call that a full turn has flushed may have been carried out", async () => {
  const { world, connection, far } = scene()
  // The sixteenth is flushed while it is sent.
  const calls = Array.from({ length: 16 }, () => connection.request("slow"))
  const sent = Promise.all(calls.map(sentOf))
  await far.close()
  expect(await world.runUntil(sent)).toEqual(Array<string>(16).fill("maybe"))
})

test("a batch that a full turn has flushed may have been carried out", async () => {
  const { world, connection, far } = scene()
  for (let i = 0; i < 15; i++) void connection.notify("fill")
  const batch = connection.batch([{ method: "a" }, { method: "b" }])
  await far.close()
  const outcomes = (await world.runUntil(batch)) as (BatchOutcome & { ok: false })[]
  expect(outcomes.map(({ error }) => (error as ConnectionClosedError).sent)).toEqual(["maybe", "maybe"])
})

test("a reader that throws at an error fails its call, and no other", async () => {
  const { world, connection, far } = scene()
  const peer = new RawPeer(far)
  const broken = new Error("the reader is broken")
  const reader = {
    value: (result: unknown) => result,
    error: () => {
      throw broken
    },
  }
  const first = connection.request("a", [], { reader }).catch((error: unknown) => error)
  const second = connection.request("b")
  await world.runUntil(Promise.resolve())
  peer.send({ jsonrpc: "2.0", id: 1, error: { code: 1, message: "no" } }, { jsonrpc: "2.0", id: 2, result: "yes" })
  expect(await world.runUntil(first)).toBe(broken)
  expect(await world.runUntil(second)).toBe("yes")
})

/** A value with a `then` of its own. */
const thenable = (read: () => unknown): object =>
  new Proxy({}, { get: (_, name) => (name === "then" ? read() : undefined) })

function thrower(): never {
  throw new Error("thrown")
}

test.each<[string, () => unknown]>([
  ["throws what is no error", () => Promise.reject(JSON.parse('"text"') as Error)],
  ["gives a promise whose `then` throws", () => thenable(() => thrower)],
  ["gives a value whose `then` cannot be read", () => thenable(thrower)],
  ["gives a value that cannot be written", () => ({ toJSON: thrower })],
  ["throws an error whose data cannot be written", () => Promise.reject(new ApplicationError(1, "no", 1n))],
])("a handler that %s costs one internal error", async (_, handler) => {
  const { world, connection, far } = scene({ handler })
  const peer = new RawPeer(far)
  peer.send(request(1, "a"))
  await world.runUntilIdle()
  const reference = expect.any(String) as string
  expect(peer.take()).toEqual([
    { jsonrpc: "2.0", id: 1, error: { code: -32603, message: "Internal error", data: { reference } } },
  ])
  expect([connection.status, connection.inFlight]).toEqual(["open", 0])
})

test("a promise of another kind is waited for, and counts once", async () => {
  const twice = thenable(() => (resolve: (value: unknown) => void) => {
    resolve(1)
    resolve(2)
  })
  const { world, connection, far } = scene({ handler: () => twice })
  const peer = new RawPeer(far)
  peer.send(request(1, "a"))
  await world.runUntilIdle()
  expect(peer.take()).toEqual([{ jsonrpc: "2.0", id: 1, result: 1 }])
  expect(connection.inFlight).toBe(0)
})

test("an error of the wire is no CallError: the other side has answered", async () => {
  const { world, connection, far } = scene()
  const peer = new RawPeer(far)
  const call = connection.request("a").catch((error: unknown) => error)
  await world.runUntil(Promise.resolve())
  peer.send({ jsonrpc: "2.0", id: 1, error: { code: -32601, message: "no" } })
  const error = await world.runUntil(call)
  expect(error).toBeInstanceOf(RpcError)
  expect(error).not.toHaveProperty("sent")
})

test("two sides that send more than either reads at once do not wait for each other for ever", async () => {
  const world = virtualWorld()
  const here = world.host({ name: "here" })
  const there = world.host({ name: "there", ip: "10.9.9.9" })
  const listener = await there.network.listen({ kind: "tcp", host: "10.9.9.9", port: 1 })
  const accepted = listener[Symbol.asyncIterator]().next() as Promise<IteratorYieldResult<ByteStream>>
  const near = await world.runUntil(here.network.connect(listener.address))
  const { value: far } = await world.runUntil(accepted)
  const options = { clock: here.clock, handler: () => "read" }
  const left = new Connection(streamTransport(near, newlineFraming()), options)
  const right = new Connection(streamTransport(far, newlineFraming()), { ...options, role: "server" })
  // Far beyond where reading pauses, both ways, before either side has had its turn.
  const text = "x".repeat(100_000)
  const calls = [left, right].flatMap((side) => Array.from({ length: 100 }, () => side.request("take", [text])))
  const notes = [left, right].flatMap((side) => Array.from({ length: 100 }, () => side.notify("take", [text])))
  expect(await world.runUntil(Promise.all(calls))).toEqual(calls.map(() => "read"))
  await world.runUntil(Promise.all(notes))
  expect([left.bufferedBytes, right.bufferedBytes]).toEqual([0, 0])
  await world.runUntil(Promise.all([left.close(), right.close(), listener.close()]))
})

test.each<[string, unknown]>([
  ["a text", "text"],
  ["a number", 1],
  ["null", null],
  ["a URL, which becomes a text", new URL("tcp://host:1")],
  ["something that becomes nothing", { toJSON: () => undefined }],
  ["a bigint", [1n]],
])("parameters that are %s are not sent", async (_, params) => {
  const { world, connection, far } = scene()
  const peer = new RawPeer(far)
  const wrong = params as unknown[]
  const refused = { name: "EncodeError", code: "encode", sent: "no" }
  await expect(connection.request("a", wrong)).rejects.toMatchObject(refused)
  await expect(connection.notify("a", wrong)).rejects.toMatchObject(refused)
  await expect(connection.batch([{ method: "a" }, { method: "b", params: wrong }])).rejects.toMatchObject(refused)
  await world.runUntilIdle()
  expect(peer.take()).toEqual([])
})

test.each([undefined, null, 7, Symbol("x"), {}])("a method that is %s is not sent", async (name) => {
  const { world, connection, far } = scene()
  const peer = new RawPeer(far)
  const method = name as string
  const refused = {
    code: "encode",
    sent: "no",
    message: expect.stringContaining("a method must be a text") as string,
  }
  const api = client(connection, contract({}))
  for (const call of [
    api.$call(method),
    api.$notify(method),
    api.$batch((batch) => [batch.$call(method)]),
    api.$subscribe(method).next(),
  ]) {
    await expect(world.runUntil(call)).rejects.toMatchObject(refused)
  }
  await world.runUntilIdle()
  expect(peer.take()).toEqual([])
})

test("what cannot be sent is named, with the reason", async () => {
  const { connection } = scene()
  const message = "b cannot be sent: TypeError: Do not know how to serialize a BigInt"
  await expect(connection.request("b", [1n])).rejects.toMatchObject({ message })
  await expect(connection.batch([{ method: "a" }, { method: "b", params: [1n] }])).rejects.toMatchObject({ message })
  const odd = {
    toJSON() {
      // oxlint-disable-next-line typescript/only-throw-error -- what others throw
      throw "no"
    },
  }
  await expect(connection.request("c", [odd])).rejects.toMatchObject({ message: "c cannot be sent: no" })
})

test("a connection ends with the scope that owns it", async () => {
  const scope = new AbortController()
  const { world, connection, far } = scene({ signal: scope.signal })
  const peer = new RawPeer(far)
  const call = sentOf(connection.request("a"))
  scope.abort()
  expect(await world.runUntil(call)).toBe("maybe")
  await world.runUntil(connection.closed)
  expect(peer.status).not.toBe("open")
})

test("a connection whose scope is over already does nothing", async () => {
  const { world, connection } = scene({ signal: AbortSignal.abort() })
  expect(await sentOf(connection.request("a"))).toBe("no")
  await world.runUntil(connection.closed)
})

test("what a handler's error says is told to the other side only when that is asked for", async () => {
  const handler = (): never => {
    throw new Error("the disk is full")
  }
  const { world, far } = scene({ handler, exposeErrors: true })
  const peer = new RawPeer(far)
  peer.send(request(1, "a"))
  await world.runUntilIdle()
  const data = { reference: expect.any(String) as string, message: "the disk is full" }
  expect(peer.take()).toEqual([{ jsonrpc: "2.0", id: 1, error: { code: -32603, message: "Internal error", data } }])
})
