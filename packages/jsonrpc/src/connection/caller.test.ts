import { virtualWorld } from "@dchat/runtime/virtual"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import { client } from "../client/make-client.ts"
import { contract } from "../contract/contract.ts"
import { method, notification } from "../contract/definition.ts"
import { error } from "../contract/error-class.ts"
import { integer, number, string } from "../contract/schema.ts"
import { subscription } from "../contract/subscription.ts"
import { ApplicationError, MethodNotFoundError } from "../message/errors.ts"
import { router } from "../server/router.ts"
import { Subscriptions } from "../subscription/subscriptions.ts"
import { memoryPair } from "../transport/memory.ts"
import { RawPeer } from "../transport/raw-peer.test-kit.ts"
import { Caller, type CallerOptions } from "./caller.ts"
import { Connection } from "./connection.ts"

function scene() {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  return { world, clock, near, far }
}

/** A caller whose other end is driven by hand. */
function withPeer(options: CallerOptions = {}) {
  const { world, clock, near, far } = scene()
  return { world, caller: new Caller(near, { clock, ...options }), peer: new RawPeer(far) }
}

const NoRoom = error(7, { data: number })
const shop = contract({
  price: method({ params: [["name", string]], result: integer, errors: { noRoom: NoRoom } }),
  seen: notification({ params: [["name", string]] }),
  ticks: subscription({ params: [["to", number]], item: number }),
  deep: contract({ echo: method({ params: { text: string }, result: string }) }),
})

test("everything that a typed client can do, it can do through a caller", async () => {
  const { world, clock, near, far } = scene()
  const seen: string[] = []
  const handler = router(shop, {
    price: ([name]) => {
      if (name === "full") throw new NoRoom(3)
      return name.length
    },
    seen: ([name]) => void seen.push(name),
    async *ticks([to]) {
      for (let tick = 1; tick <= to; tick++) yield tick
    },
    deep: { echo: ({ text }) => text },
  })
  const server = new Connection(far, { role: "server", handler: (request) => handler.handle(request), clock })
  const api = client(new Caller(near, { clock }), shop)
  expect(await world.runUntil(api.price("tea"))).toBe(3)
  expect(await world.runUntil(api.deep.echo({ text: "x" }))).toBe("x")
  expect(await world.runUntil(api.$with({ timeoutMs: 500 }).price("tea"))).toBe(3)
  expect(await world.runUntil(api.$call("deep.echo", ["run time"]))).toBe("run time")
  const full = await world.runUntil(api.price("full").catch((reason: unknown) => reason))
  expect(full).toBeInstanceOf(NoRoom)
  expect(full).toMatchObject({ code: 7, data: 3 })
  const outcomes = await world.runUntil(api.$batch((batch) => [batch.price("a"), batch.seen("b"), batch.$call("no")]))
  expect(outcomes).toMatchObject([{ ok: true, value: 1 }, { ok: true }, { ok: false, error: { code: -32601 } }])
  expect(seen).toEqual(["b"])
  const ticks: number[] = []
  await world.runUntil(
    (async () => {
      for await (const tick of api.ticks(3)) ticks.push(tick)
    })(),
  )
  expect(ticks).toEqual([1, 2, 3])
  await world.runUntil(Promise.all([api.close(), server.closed]))
})

test("requests are refused, each under its id, and notifications are dropped", async () => {
  const { world, peer } = withPeer()
  const refused = { code: -32601, message: "Method not found" }
  peer.send(
    { jsonrpc: "2.0", id: 1, method: "a" },
    { jsonrpc: "2.0", method: "n" },
    [{ jsonrpc: "2.0", id: "x", method: "a" }, { jsonrpc: "2.0", method: "n" }, 1],
    [{ jsonrpc: "2.0", method: "n" }],
    { jsonrpc: "2.0", id: {}, method: "a" },
  )
  await world.runUntilIdle()
  expect(peer.take()).toEqual([
    { jsonrpc: "2.0", id: 1, error: refused },
    [{ jsonrpc: "2.0", id: "x", error: refused }],
    { jsonrpc: "2.0", id: null, error: refused },
  ])
})

test("whatever comes in, a call that waits is settled by its answer alone", async () => {
  const nonsense = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record(
      { jsonrpc: fc.constantFrom("2.0", 2), method: fc.jsonValue(), id: fc.jsonValue(), params: fc.jsonValue() },
      { requiredKeys: [] },
    ),
    fc.array(fc.record({ method: fc.jsonValue(), result: fc.jsonValue(), id: fc.constantFrom("1", 99, "") })),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(nonsense, { maxLength: 5 }), async (texts) => {
      const { world, caller, peer } = withPeer()
      const call = caller.request("m")
      await world.advance(1)
      const isAnswer = (text: unknown): boolean => {
        const value: unknown = typeof text === "string" ? parsed(text) : text
        return [value]
          .flat()
          .some((each) => (each as { id?: unknown } | null | undefined)?.id === 1 || isNameless(each))
      }
      peer.send(...texts.filter((text) => !isAnswer(text)))
      peer.send({ jsonrpc: "2.0", id: 1, result: "answer" })
      expect(await world.runUntil(call)).toBe("answer")
    }),
    { numRuns: 200 },
  )
})

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An error without an id belongs to the only call that waits. */
function isNameless(message: unknown): boolean {
  return typeof message === "object" && message !== null && "error" in message
}

test("what a batch leaves out fails, and an error without an id is that of the only call", async () => {
  const { world, caller, peer } = withPeer()
  const batch = caller.batch([{ method: "a" }, { method: "b" }])
  await world.advance(1)
  peer.send([{ jsonrpc: "2.0", id: 2, result: "b" }])
  expect(await world.runUntil(batch)).toMatchObject([
    { ok: false, error: { code: "missing-response" } },
    { ok: true, value: "b" },
  ])
  const call = caller.request("c").catch((reason: unknown) => reason)
  await world.advance(1)
  peer.send({ jsonrpc: "2.0", id: null, error: { code: 5, message: "cannot read you" } })
  expect(await world.runUntil(call)).toBeInstanceOf(ApplicationError)
})

test("time, a signal and the end of the connection settle what waits", async () => {
  const { world, caller, peer } = withPeer({ timeoutMs: 1000 })
  const late = caller.request("late").catch((reason: unknown) => reason)
  expect(await world.runUntil(late)).toMatchObject({ code: "timeout", sent: "maybe" })
  const scope = new AbortController()
  const cancelled = caller.request("a", [], { signal: scope.signal }).catch((reason: unknown) => reason)
  scope.abort("enough")
  expect(await cancelled).toMatchObject({ code: "cancelled", cause: "enough" })
  const cut = caller.request("b").catch((reason: unknown) => reason)
  await world.advance(1)
  peer.transport.end()
  expect(await world.runUntil(cut)).toMatchObject({ code: "closed", sent: "maybe" })
  await world.runUntil(caller.closed)
  await expect(caller.request("after")).rejects.toMatchObject({ code: "closed", sent: "no" })
  await expect(caller.batch([])).rejects.toMatchObject({ code: "closed" })
})

test("to subscribe by a name alone takes the class that does it", async () => {
  const { world, caller, peer } = withPeer()
  expect(() => caller.subscribe("ticks")).toThrow("option subscriptions")
  const ticks = caller.subscribe("ticks", [], { subscriptions: Subscriptions })
  await world.advance(1)
  expect(peer.take()).toMatchObject([{ method: "ticks" }])
  peer.send(
    { jsonrpc: "2.0", id: 1, result: "s" },
    { jsonrpc: "2.0", method: "rpc.item", params: { subscription: "s", item: 1 } },
  )
  expect(await world.runUntil(ticks.next())).toEqual({ done: false, value: 1 })
})

test("a side that only calls is refused by nobody else: the errors are those that a server gives", async () => {
  const { world, clock, near, far } = scene()
  const caller = new Caller(near, { clock })
  const other = new Connection(far, { clock })
  const refusal = other.request("anything").catch((reason: unknown) => reason)
  expect(await world.runUntil(refusal)).toBeInstanceOf(MethodNotFoundError)
  await world.runUntil(caller.close())
})
