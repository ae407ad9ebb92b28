import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { Connection } from "../connection/connection.ts"
import { contract } from "../contract/contract.ts"
import { method } from "../contract/definition.ts"
import { number } from "../contract/schema.ts"
import { MethodNotFoundError } from "../message/errors.ts"
import { memoryPair } from "../transport/memory.ts"
import { RawPeer } from "../transport/raw-peer.test-kit.ts"
import { batchCalls } from "./batch-calls.ts"
import { limitCalls } from "./limit-calls.ts"
import { client } from "./make-client.ts"

function scene() {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  let running = 0
  let most = 0
  const server = (): Connection =>
    new Connection(far, {
      clock,
      handler: async ({ method, params }) => {
        if (method === "nope") throw new MethodNotFoundError()
        most = Math.max(most, ++running)
        await new Promise<void>((resolve) => void clock.setTimer(10, resolve))
        running--
        return (params as [number])[0] * 2
      },
    })
  return { world, clock, far, server, connection: new Connection(near, { clock }), most: () => most }
}

const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error)

test("no more calls than so many are on their way, and all of them are made in the end", async () => {
  const { world, connection, server, most } = scene()
  server()
  const peer = limitCalls(connection, { maxInFlight: 3 })
  const api = client(peer, contract({ double: method({ params: [["n", number]], result: number }) }))
  const results = await world.runUntil(Promise.all(Array.from({ length: 20 }, (_, n) => api.double(n))))
  expect(results).toEqual(Array.from({ length: 20 }, (_, n) => n * 2))
  expect(most()).toBe(3)
  expect(() => limitCalls(connection, { maxInFlight: 0 })).toThrow(RangeError)
})

test("a call that may not even wait fails at once; one that is cancelled before its turn is not made", async () => {
  const { world, connection, server, most } = scene()
  server()
  const peer = limitCalls(connection, { maxInFlight: 1, maxWaiting: 1 })
  const controller = new AbortController()
  const first = peer.request("double", [1])
  const second = failure(peer.request("double", [2], { signal: controller.signal }))
  expect(await failure(peer.request("double", [3]))).toMatchObject({ code: "too-many-calls", sent: "no" })
  controller.abort()
  expect(await second).toMatchObject({ code: "cancelled", sent: "no" })
  expect(await world.runUntil(first)).toBe(2)
  expect(most()).toBe(1)
})

test("calls that wait for their turn settle when the connection closes", async () => {
  const { world, connection, server } = scene()
  server()
  const peer = limitCalls(connection, { maxInFlight: 1 })
  const calls = [1, 2, 3].map((n) => failure(peer.request("double", [n])))
  await world.advance(1)
  await world.runUntil(peer.close())
  expect(await Promise.all(calls)).toMatchObject([
    { code: "closed", sent: "maybe" },
    { code: "closed", sent: "no" },
    { code: "closed", sent: "no" },
  ])
})

test("calls of one turn travel as one batch, one alone as itself, and order is kept", async () => {
  const { world, clock, connection, far } = scene()
  const server = new RawPeer(far)
  const peer = batchCalls(connection, { clock, maxCalls: 3 })
  for (const name of ["a", "b", "c", "d"]) void failure(peer.request(name))
  void failure(peer.request("alone", [], { timeoutMs: 50 }))
  void failure(peer.request("e"))
  await peer.notify("note")
  await world.advance(1)
  const shape = server.take().map((message) => (Array.isArray(message) ? message.map(methodOf) : methodOf(message)))
  expect(shape).toEqual([["a", "b", "c"], "d", "alone", "e", "note"])
  await world.runUntil(peer.close())
})

test("each call of a batch has its own result or error", async () => {
  const { world, clock, connection, server } = scene()
  server()
  const peer = batchCalls(connection, { clock })
  const calls = Promise.all([peer.request("double", [1]), failure(peer.request("nope")), peer.request("double", [2])])
  expect(await world.runUntil(calls)).toMatchObject([2, { code: -32601 }, 4])
  await world.runUntil(peer.close())
  const late = [1, 2].map((n) => failure(peer.request("double", [n])))
  expect(await world.runUntil(Promise.all(late))).toMatchObject([{ code: "closed" }, { code: "closed" }])
})

function methodOf(message: unknown): unknown {
  return (message as { method: string }).method
}
