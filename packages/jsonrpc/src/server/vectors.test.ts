import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { Connection } from "../connection/connection.ts"
import { contract } from "../contract/contract.ts"
import { method, notification } from "../contract/definition.ts"
import { list, number, string, unknown } from "../contract/schema.ts"
import { memoryPair } from "../transport/memory.ts"
import { RawPeer } from "../transport/raw-peer.test-kit.ts"
import vectors from "../vectors/server.json" with { type: "json" }
import { router } from "./router.ts"

const methods = contract({
  subtract: method({
    params: [
      ["minuend", number],
      ["subtrahend", number],
    ],
    result: number,
  }),
  sum: method({
    params: [
      ["a", number],
      ["b", number],
      ["c", number],
    ],
    result: number,
  }),
  update: notification({ surplus: "ignore" }),
  getData: method({ name: "get_data", result: list(unknown) }),
  nothing: method(),
  accept: method({ params: [["value", unknown]], result: unknown }),
  "🙂": method({ params: [["name", string]], result: string }),
})

const handler = router(methods, {
  subtract: ([minuend, subtrahend]) => minuend - subtrahend,
  sum: async ([a, b, c]) => a + b + c,
  update: () => {},
  getData: () => ["hello", 5],
  nothing: () => {},
  accept: () => true,
  "🙂": ([name]) => `🙂 ${name}`,
})

test.each(vectors.cases)("$name ($demand)", async ({ sent, reply }) => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  const server = new Connection(far, { role: "server", handler: handler.handle, clock })
  const peer = new RawPeer(near)

  peer.send(sent)
  await world.runUntilIdle()
  expect(peer.take()).toEqual(reply === null ? [] : [expectation(reply)])

  // Whatever it was, the connection lives on.
  peer.send({ jsonrpc: "2.0", id: "after", method: "nothing" })
  await world.runUntilIdle()
  expect(peer.take()).toEqual([{ jsonrpc: "2.0", id: "after", result: null }])
  expect(server.status).toBe("open")
})

/** A reply as a vector has it, with any data in its errors. */
function expectation(reply: unknown): unknown {
  if (Array.isArray(reply)) return reply.map(expectation)
  const { error, ...rest } = reply as { error?: object }
  return error === undefined ? rest : { ...rest, error: expect.objectContaining(error) as unknown }
}
