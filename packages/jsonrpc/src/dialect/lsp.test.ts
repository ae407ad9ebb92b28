import { virtualWorld } from "@dchat/runtime/virtual"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import { Connection } from "../connection/connection.ts"
import type { IncomingRequest } from "../connection/incoming-request.ts"
import type { Params } from "../message/message.ts"
import { memoryPair } from "../transport/memory.ts"
import { RawPeer } from "../transport/raw-peer.test-kit.ts"
import { lspDialect } from "./lsp.ts"

/** Ends when nobody waits for it any more, and not before. */
function endless({ signal }: IncomingRequest): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error))
  })
}

test("a call that is given up is cancelled on the other side", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  const server = new Connection(far, { clock, dialect: lspDialect, handler: endless })
  const client = new Connection(near, { clock, dialect: lspDialect })
  const controller = new AbortController()
  const call = client.request("long", [], { signal: controller.signal }).catch((error: unknown) => error)
  await world.advance(1)
  expect(server.inFlight).toBe(1)
  controller.abort()
  expect(await call).toMatchObject({ code: "cancelled", sent: "maybe" })
  await world.advance(1)
  expect(server.inFlight).toBe(0)
})

test("on the wire it is what editors and language servers say", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  const editor = new RawPeer(near)
  void new Connection(far, { clock, dialect: lspDialect, handler: endless })
  editor.send({ jsonrpc: "2.0", id: "a", method: "long", params: null })
  await world.runUntilIdle()
  editor.send({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id: "a" } })
  await world.runUntilIdle()
  expect(editor.take()).toMatchObject([{ jsonrpc: "2.0", id: "a", error: { code: -32800 } }])

  const [here, there] = memoryPair({ clock })
  const server = new RawPeer(there)
  const client = new Connection(here, { clock, dialect: lspDialect })
  const call = client.request("long", [], { timeoutMs: 100 }).catch((error: unknown) => error)
  expect(await world.runUntil(call)).toMatchObject({ code: "timeout" })
  await world.runUntilIdle()
  expect(server.take()).toEqual([
    { jsonrpc: "2.0", id: 1, method: "long", params: [] },
    { jsonrpc: "2.0", method: "$/cancelRequest", params: { id: 1 } },
  ])
})

test("whatever comes as a cancellation is read as one, or left alone", () => {
  fc.assert(
    fc.property(fc.string(), fc.anything(), (method, params) => {
      expect(lspDialect.cancellation?.readCancel(method, params as Params)).toBeUndefined()
      const id = lspDialect.cancellation?.readCancel("$/cancelRequest", params as Params)
      expect(["number", "string", "undefined"]).toContain(typeof id)
    }),
  )
  fc.assert(
    fc.property(fc.oneof(fc.integer(), fc.string()), (id) => {
      expect(lspDialect.cancellation?.readCancel("$/cancelRequest", { id })).toBe(id)
    }),
  )
})
