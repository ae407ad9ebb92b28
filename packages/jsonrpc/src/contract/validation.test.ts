import { logTo, type LogFields } from "@dchat/runtime"
import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { z } from "zod"
import { checkParams, InvalidArgumentError } from "../client/check-params.ts"
import { client } from "../client/make-client.ts"
import { Connection } from "../connection/connection.ts"
import { rawFlavor } from "../flavor/flavor.ts"
import { jsonText } from "../message/json-text.ts"
import { WrongResultError } from "../server/outgoing-check.ts"
import { metrics } from "../server/guards.ts"
import { withMiddleware } from "../server/middleware.ts"
import { router, type Handlers, type RouterOptions } from "../server/router.ts"
import { memoryPair } from "../transport/memory.ts"
import { contract } from "./contract.ts"
import { method, notification } from "./definition.ts"
import { bigint, list, nullable, number, object, optional, rawJson, string } from "./schema.ts"
import { subscription } from "./subscription.ts"

const slow = z.string().refine(async (text) => Promise.resolve(text.length < 3), "too long")

const shop = contract({
  price: method({
    params: [
      ["item", string],
      ["count", optional(number)],
    ],
    result: number,
  }),
  find: method({ params: { room: string, limit: optional(number) }, result: list(object({ id: string })) }),
  tell: notification({ params: [["text", string]] }),
  watch: subscription({ params: [["room", string]], item: number }),
  reserve: method({ params: [["name", slow]], result: slow }),
  total: method({ params: [["of", bigint]], result: bigint }),
  length: method({ params: [["text", string]], result: z.string().transform(Number) }),
  note: method({ params: [["note", rawJson]], result: rawJson }),
  perhaps: method({ result: nullable(string) }),
  loose: method({ params: { a: optional(string) }, surplus: "ignore" }),
})

type Shop = Handlers<(typeof shop)["definitions"]>

/** What a handler gives that the compiler would not let it. */
const wrong = (value: unknown) => (): never => value as never

function scene(handlers: Partial<Shop> = {}, options: RouterOptions = {}) {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const errors: LogFields[] = []
  const reported: unknown[] = []
  const sent: string[] = []
  const log = logTo({ accepts: (level) => level === "error", write: ({ fields }) => void errors.push(fields) })
  const [near, far] = memoryPair({ clock })
  const send = near.send.bind(near)
  near.send = (text) => {
    sent.push(text)
    send(text)
  }
  const handler = router(
    shop,
    {
      price: () => 1,
      find: () => [],
      tell: () => {},
      async *watch() {},
      reserve: ([name]) => name,
      total: ([of]) => of,
      length: ([text]) => `${text.length}`,
      note: ([note]) => note,
      perhaps: () => null,
      loose: () => {},
      ...handlers,
    },
    options,
  )
  const guarded = withMiddleware(
    handler,
    metrics(({ error }) => void reported.push(error), { clock }),
  )
  void new Connection(far, { clock, role: "server", handler: guarded.handle, log })
  const connection = new Connection(near, { clock })
  return {
    world,
    errors,
    reported,
    sent,
    connection,
    api: client(connection, shop),
    checked: client(connection, shop, { checkParams }),
  }
}

const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error)

test("a handler's wrong result is -32603 with a reference; the log names the method and what is wrong", async () => {
  const { world, api, errors, reported } = scene({ find: wrong([{ id: "a" }, { id: 2 }]) })
  const thrown = await world.runUntil(failure(api.find({ room: "dev" })))
  const [entry] = errors
  expect(thrown).toMatchObject({ code: -32603, data: { reference: entry?.["reference"] } })
  expect(entry?.["error"]).toBeInstanceOf(WrongResultError)
  expect(entry?.["error"]).toMatchObject({
    code: "wrong-result",
    message: "the result of find is not what the contract says: 1.id: expected string, got number",
  })
  expect(reported).toEqual([entry?.["error"]])
})

test.each([
  ["at once", wrong("1")],
  ["late", wrong(Promise.resolve(NaN))],
  // oxlint-disable-next-line unicorn/no-thenable -- that is what is tried
  ["by a promise of its own kind", wrong({ then: (done: (value: string) => void) => done("1") })],
  ["not at all", wrong(undefined)],
])("a wrong result that comes %s is not sent", async (_, price) => {
  const { world, api, sent } = scene({ price })
  expect(await world.runUntil(failure(api.price("tea")))).toMatchObject({ code: -32603 })
  expect(sent).toHaveLength(1)
})

test("results of other schemas are checked too, also those that take their time, and go out as they are", async () => {
  const { world, api } = scene({ reserve: () => "Daisy" })
  expect(await world.runUntil(failure(api.reserve("me")))).toMatchObject({ code: -32603 })
  expect(await world.runUntil(api.length("four"))).toBe(4)
  expect(await world.runUntil(api.total(3n))).toBe(3n)
  expect((await world.runUntil(api.note(jsonText(`{"a": 1.0}`)))).text).toBe(`{"a": 1.0}`)
})

test("a result that is absent is checked as the null that it goes out as", async () => {
  const { world, api } = scene({ perhaps: wrong(undefined) })
  expect(await world.runUntil(api.perhaps())).toBe(null)
})

test("a wrong item ends its subscription with -32603, and who sends by hand is told", async () => {
  const { world, api, errors } = scene({
    async *watch() {
      yield 1
      yield "two" as unknown as number
    },
  })
  const items = api.watch("dev")
  expect(await world.runUntil(items.next())).toEqual({ done: false, value: 1 })
  expect(await world.runUntil(failure(items.next()))).toMatchObject({ code: -32603 })
  expect(errors[0]?.["error"]).toMatchObject({
    message: "an item of watch is not what the contract says: expected number, got string",
  })

  const byHand: unknown[] = []
  const other = scene({
    async watch(_, pending) {
      const sink = pending.accept()
      byHand.push(await failure(sink.send("x" as never)), sink.trySend(2))
      sink.close()
    },
  })
  const got = other.api.watch("dev")
  expect(await other.world.runUntil(got.next())).toEqual({ done: false, value: 2 })
  expect(byHand[0]).toBeInstanceOf(WrongResultError)
})

test("a router that is told so sends what handlers give", async () => {
  const { world, api } = scene({ price: wrong("1") }, { checkResults: false })
  expect(await world.runUntil(failure(api.price("tea")))).toMatchObject({ code: "invalid-result" })
})

test("execute checks results as a call does", async () => {
  const handler = router(contract({ one: method({ result: number }) }), { one: wrong("1") })
  await expect(handler.execute("one")).rejects.toMatchObject({ code: -32603 })
})

test.each([
  [(api: Untyped) => api["price"]?.(1), "item: expected string, got number"],
  [(api: Untyped) => api["price"]?.("tea", 1, 2), "expected at most 2 parameters, got 3"],
  [(api: Untyped) => api["find"]?.({ room: "dev", limit: "2" }), "limit: expected number or nothing, got string"],
  [(api: Untyped) => api["find"]?.({ room: "dev", size: 2 }), 'there is no parameter "size"'],
  [(api: Untyped) => api["find"]?.("dev"), "expected one object"],
  [(api: Untyped) => api["find"]?.(), "room: expected string, got nothing"],
  [(api: Untyped) => api["tell"]?.(), "text: expected string, got nothing"],
  [(api: Untyped) => api["reserve"]?.("Daisy"), "name: too long"],
  [(api: Untyped) => api["total"]?.("3"), "of: expected bigint, got string"],
  [
    (api: Untyped) => (api["watch"]?.(7) as AsyncIterableIterator<unknown> | undefined)?.next(),
    "room: expected string, got number",
  ],
])("a wrong argument rejects before anything is sent, and the error names it: %#", async (call, issue) => {
  const { world, checked, sent } = scene()
  const thrown = await world.runUntil(failure(Promise.resolve(call(checked as unknown as Untyped))))
  expect(thrown).toBeInstanceOf(InvalidArgumentError)
  expect(thrown).toMatchObject({
    code: "invalid-argument",
    sent: "no",
    message: expect.stringMatching(issue) as unknown,
  })
  expect(sent).toEqual([])
})

type Untyped = Readonly<Record<string, (...args: unknown[]) => unknown>>

test("a batch with a wrong argument rejects as a whole, and nothing of it is sent", async () => {
  const { world, checked, sent } = scene()
  const wrongBatch = checked.$batch((batch) => [batch.price("tea"), batch.price(1 as never)])
  expect(await world.runUntil(failure(wrongBatch))).toMatchObject({ code: "invalid-argument", sent: "no" })
  expect(sent).toEqual([])
})

test("arguments that fit go out as they are, under every flavor and through every door", async () => {
  const { world, checked, sent } = scene()
  const quick = checked.$with({ timeoutMs: 500 })
  expect(await world.runUntil(quick.total(3n))).toBe(3n)
  expect(await world.runUntil(checked.reserve("me"))).toBe("me")
  expect(await world.runUntil(checked.price("tea", undefined))).toBe(1)
  await world.runUntil(checked.loose({ a: "x", b: 1 } as never))
  expect((await world.runUntil(checked.note(jsonText("[1.0]")))).text).toBe("[1.0]")
  const [a] = await world.runUntil(checked.$batch((batch) => [batch.price("tea")]))
  expect(a).toEqual({ ok: true, value: 1 })
  expect(await world.runUntil(checked.$call("price", [jsonText('"tea"')], { flavor: rawFlavor }))).toMatchObject({
    text: "1",
  })
  expect(await world.runUntil(failure(quick.price(1 as never)))).toMatchObject({ sent: "no" })
  expect(sent).toHaveLength(7)
})
