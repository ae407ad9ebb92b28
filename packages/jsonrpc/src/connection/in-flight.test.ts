import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { memoryPair } from "../transport/memory.ts"
import { RawPeer } from "../transport/raw-peer.test-kit.ts"
import { Connection } from "./connection.ts"
import type { ConnectionLimits } from "./limits.ts"

/** A connection whose handler answers when the test says so. */
function scene(limits: Partial<ConnectionLimits>) {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  const waiting: (() => void)[] = []
  const handler = (): Promise<string> => new Promise((resolve) => waiting.push(() => resolve("done")))
  const connection = new Connection(near, { clock, limits, handler })
  return { world, connection, peer: new RawPeer(far), waiting }
}

const request = (id: number, text: string) => ({ jsonrpc: "2.0", id, method: "m", params: [text] })

test("reading pauses while requests of too many bytes are in flight, and nothing is lost", async () => {
  const { world, connection, peer, waiting } = scene({ maxInFlightBytes: 10_000 })
  const long = "🙂".repeat(1500)
  peer.send(...[1, 2, 3, 4].map((id) => request(id, long)))
  await world.runUntilIdle()
  // The first leaves room, so that the second is begun.
  expect(connection.inFlight).toBe(2)
  expect(connection.bytesInFlight).toBe(2 * Buffer.byteLength(JSON.stringify(request(1, long))))
  expect(connection.counters.readingPaused).toBe(1)
  for (const expected of [
    [1, 2],
    [3, 4],
  ]) {
    for (const answer of waiting.splice(0)) answer()
    await world.runUntilIdle()
    expect(peer.take()).toMatchObject(expected.map((id) => ({ id })))
  }
  expect([connection.inFlight, connection.bytesInFlight, connection.counters.requestsRefused]).toEqual([0, 0, 0])
})

test("one request that is longer than all may be is taken when it is alone", async () => {
  const { world, connection, peer, waiting } = scene({ maxInFlightBytes: 100 })
  peer.send(request(1, "x".repeat(1000)), request(2, "y"))
  await world.runUntilIdle()
  expect(connection.inFlight).toBe(1)
  waiting.shift()?.()
  await world.runUntilIdle()
  expect(connection.inFlight).toBe(1)
  expect(peer.take()).toMatchObject([{ id: 1 }])
})

test("messages of a batch share its bytes, notifications count, and all are given back", async () => {
  const { world, connection, peer, waiting } = scene({})
  const batch = [request(1, "a"), { jsonrpc: "2.0", method: "n", params: ["x".repeat(3000)] }]
  peer.send(batch)
  await world.runUntilIdle()
  expect(connection.inFlight).toBe(2)
  expect(Math.abs(connection.bytesInFlight - JSON.stringify(batch).length)).toBeLessThan(2)
  for (const answer of waiting.splice(0)) answer()
  await world.runUntilIdle()
  expect(connection.bytesInFlight).toBe(0)
})

test("a side that waits for an answer refuses what is too much in bytes, and counts it", async () => {
  const { world, connection, peer } = scene({ maxInFlightBytes: 1000 })
  const call = connection.request("back")
  peer.send(request(1, "x".repeat(2000)), request(2, "y"))
  await world.advance(1)
  expect(peer.take()).toMatchObject([{ method: "back" }, { id: 2, error: { code: -32000 } }])
  expect(connection.counters.requestsRefused).toBe(1)
  peer.send({ jsonrpc: "2.0", id: 1, result: "answer" })
  expect(await world.runUntil(call)).toBe("answer")
})
