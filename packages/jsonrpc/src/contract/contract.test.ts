import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, expectTypeOf, test } from "vitest"
import type { ClientOf } from "../client/client.ts"
import type { BatchOutcome } from "../connection/call.ts"
import type { IncomingRequest } from "../connection/incoming-request.ts"
import { InvalidResultError } from "../connection/errors.ts"
import { Connection } from "../connection/connection.ts"
import { client, interfaceClient } from "../client/make-client.ts"
import { tryBatch } from "../client/try-batch.ts"
import { ApplicationError, ServerError } from "../message/errors.ts"
import { type JsonRpcError, RpcError } from "../message/rpc-error.ts"
import { router, type Handlers, type RouterOptions } from "../server/router.ts"
import { memoryPair } from "../transport/memory.ts"
import { RawPeer } from "../transport/raw-peer.test-kit.ts"
import { contract } from "./contract.ts"
import { ContractError } from "./contract-error.ts"
import { method, notification } from "./definition.ts"
import { subscription } from "./subscription.ts"
import { error } from "./error-class.ts"
import {
  boolean,
  integer,
  list,
  literal,
  nullable,
  number,
  object,
  oneOf,
  optional,
  record,
  string,
  unknown,
} from "./schema.ts"
import type { Schema } from "./own-schema.ts"
import type { StandardSchema } from "./standard-schema.ts"

const TooLong = error(1001, { message: "the text is too long", data: object({ max: integer }) })

const chat = contract({
  send: method({
    params: [
      ["text", string],
      ["room", optional(string)],
    ],
    result: boolean,
    errors: { tooLong: TooLong },
  }),
  find: method({
    params: { room: string, limit: optional(number) },
    result: list(string),
    name: "chat.find",
    aliases: ["search"],
  }),
  all: method({ params: { limit: optional(number) }, result: unknown }),
  middle: method({
    params: [
      ["a", optional(string)],
      ["b", number],
    ],
    result: nullable(string),
  }),
  reset: method(),
  loose: method({ params: [["a", number]], result: number, surplus: "ignore" }),
  note: notification({ params: [["text", string]] }),
})

/** A client and a server of the chat, in one process. */
function open(handlers: Partial<Handlers<(typeof chat)["definitions"]>> = {}, options: RouterOptions = {}) {
  const calls: unknown[] = []
  const see =
    <T>(result: T) =>
    (params: unknown): T => {
      calls.push(params)
      return result
    }
  const [near, far] = memoryPair()
  const handler = router(
    chat,
    {
      send: see(true),
      find: see(["x"]),
      all: see(1),
      middle: see(null),
      reset: see(undefined),
      loose: see(1),
      note: see(undefined),
      ...handlers,
    },
    options,
  )
  const server = new Connection(far, { role: "server", handler: handler.handle })
  const connection = new Connection(near)
  return { api: client(connection, chat), calls, connection, server }
}

test("a list is called with arguments, an object with one object, and the handler gets the same", async () => {
  const { api, calls } = open()
  await api.send("hi")
  await api.send("hi", "dev")
  await api.find({ room: "dev" })
  await api.all()
  await api.reset()
  expect(calls).toEqual([["hi", undefined], ["hi", "dev"], { room: "dev", limit: undefined }, { limit: undefined }, []])
  await api.close()
})

test("the types say how each is called and what it gives", () => {
  type Api = ClientOf<typeof chat>
  expectTypeOf<Parameters<Api["send"]>>().toEqualTypeOf<[argument: string, argument?: string | undefined]>()
  expectTypeOf<Parameters<Api["find"]>>().toEqualTypeOf<[params: { room: string; limit?: number | undefined }]>()
  expectTypeOf<Parameters<Api["all"]>>().toEqualTypeOf<[params?: { limit?: number | undefined }]>()
  expectTypeOf<Parameters<Api["middle"]>>().toEqualTypeOf<[argument: string | undefined, argument: number]>()
  expectTypeOf<Parameters<Api["reset"]>>().toEqualTypeOf<[]>()
  expectTypeOf<ReturnType<Api["send"]>>().toEqualTypeOf<Promise<boolean>>()
  expectTypeOf<ReturnType<Api["find"]>>().toEqualTypeOf<Promise<string[]>>()
  expectTypeOf<ReturnType<Api["reset"]>>().toEqualTypeOf<Promise<void>>()
  expectTypeOf<ReturnType<Api["note"]>>().toEqualTypeOf<Promise<void>>()
  expectTypeOf<Api>().not.toHaveProperty("nope")

  type Chat = Handlers<(typeof chat)["definitions"]>
  expectTypeOf<Parameters<Chat["send"]>>().toEqualTypeOf<
    [params: [parameter: string, parameter: string | undefined], request: IncomingRequest]
  >()
  expectTypeOf<Parameters<Chat["find"]>[0]>().toEqualTypeOf<{ room: string; limit?: number | undefined }>()
  expectTypeOf<ReturnType<Chat["send"]>>().toEqualTypeOf<boolean | Promise<boolean>>()

  const shape = object({
    a: string,
    b: optional(list(number)),
    c: oneOf(literal("x", 1), nullable(boolean)),
    d: record(integer),
  })
  expectTypeOf(shape).toEqualTypeOf<
    Schema<{ b?: number[] | undefined; a: string; c: boolean | "x" | 1 | null; d: Record<string, number> }>
  >()
  expectTypeOf(new TooLong({ max: 1 }).data).toEqualTypeOf<{ max: number }>()
})

test("a batch is typed item by item", async () => {
  const { api } = open()
  const results = await api.$batch((batch) => [
    batch.send("x"),
    batch.find({ room: "r" }),
    batch.note("n"),
    batch.$call("nope"),
  ])
  expectTypeOf(results[0]).toEqualTypeOf<BatchOutcome<boolean>>()
  expectTypeOf(results[1]).toEqualTypeOf<BatchOutcome<string[]>>()
  expect(results).toMatchObject([
    { ok: true, value: true },
    { ok: true, value: ["x"] },
    { ok: true, value: undefined },
    { ok: false, error: { code: -32601 } },
  ])
  await api.close()
})

test("a batch has an outcome as a whole, typed too: its responses, or why there are none", async () => {
  const { api, connection } = open()
  const sent = await tryBatch(api, (batch) => [batch.send("x"), batch.$call("nope")])
  if (!sent.ok) throw sent.error
  expectTypeOf(sent.responses[0]).toEqualTypeOf<BatchOutcome<boolean>>()
  expect(sent).toMatchObject({
    ok: true,
    responses: [
      { ok: true, value: true },
      { ok: false, error: { code: -32601 } },
    ],
  })
  const empty = new TypeError("a mistake of the program's own is no outcome")
  const mistake = tryBatch(api, () => {
    throw empty
  })
  await expect(mistake).rejects.toBe(empty)
  await connection.close()
  const unsent = await tryBatch(api, (batch) => [batch.send("x")])
  expectTypeOf(unsent).toExtend<{ ok: true } | { ok: false; error: JsonRpcError }>()
  expect(unsent).toMatchObject({ ok: false, error: { code: "closed", sent: "no" } })
})

test("a server takes parameters by position and by name, whichever way they are declared", async () => {
  const { api, calls } = open()
  await api.$call("send", { room: "dev", text: "hi" })
  await api.$call("chat.find", ["dev", 3])
  await api.$call("search", ["dev"])
  await api.$call("middle", [null, 1])
  await api.$call("reset", {})
  await api.$call("loose", [1, 2, 3])
  await api.$call("loose", { a: 1, b: 2 })
  expect(calls).toEqual([
    ["hi", "dev"],
    { room: "dev", limit: 3 },
    { room: "dev", limit: undefined },
    [undefined, 1],
    [],
    [1],
    [1],
  ])
  await api.close()
})

test.each([
  ["send", [], "text: expected string, got nothing"],
  ["send", [1], "text: expected string, got number"],
  ["send", ["a", 1], "room: expected string or nothing, got number"],
  ["send", ["a", "b", "c"], "expected at most 2 parameters, got 3"],
  ["send", { msg: "a" }, 'there is no parameter "msg"'],
  ["chat.find", undefined, "room: expected string, got nothing"],
  ["chat.find", { room: "r", toString: 1 }, 'there is no parameter "toString"'],
  ["reset", [1], "expected at most 0 parameters, got 1"],
  ["loose", [null], "a: expected number, got null"],
])("%s called with %j is told what is wrong", async (name, params, data) => {
  const { api, calls } = open()
  await expect(api.$call(name, params)).rejects.toMatchObject({
    code: -32602,
    message: `Invalid params: ${data}`,
    data,
  })
  expect(calls).toEqual([])
  await api.close()
})

test("what goes over the wire is an option of the client", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  const peer = new RawPeer(far)
  const connection = new Connection(near, { clock })
  const declared = client(connection, chat)
  const named = client(connection, chat, { params: "by-name" })
  const listed = client(connection, chat, { params: "by-position" })
  const calls = [
    declared.send("a"),
    declared.find({ room: "r" }),
    named.send("a"),
    named.find({ room: "r" }),
    listed.find({ limit: 1, room: "r" }),
    listed.find({ room: "r" }),
    declared.middle(undefined, 1),
    declared.reset(),
  ]
  const settled = Promise.allSettled(calls)
  await world.advance(1)
  expect(peer.take().map((message) => (message as { params: unknown }).params)).toEqual([
    ["a"],
    { room: "r" },
    { text: "a" },
    { room: "r" },
    ["r", 1],
    ["r"],
    [null, 1],
    [],
  ])
  await world.runUntil(connection.close())
  expect(await settled).toHaveLength(8)
})

test("a declared error is thrown by the handler and met by its class in the client", async () => {
  const { api } = open({
    send: ([text]) => {
      if (text === "odd") throw new ApplicationError(1001, "other data", { max: "many" })
      throw new TooLong({ max: 5 })
    },
  })
  const thrown = await api.send("x").catch((error: unknown) => error)
  expect(thrown).toBeInstanceOf(TooLong)
  expect(thrown).toBeInstanceOf(ApplicationError)
  expect(thrown).toMatchObject({ code: 1001, message: "the text is too long", data: { max: 5 } })
  const odd = await api.send("odd").catch((error: unknown) => error)
  expect(odd).not.toBeInstanceOf(TooLong)
  expect(odd).toMatchObject({ code: 1001, data: { max: "many" } })
  const [outcome] = await api.$batch((batch) => [batch.send("x")])
  expect(outcome).toMatchObject({ ok: false, error: expect.any(TooLong) as unknown })
  await api.close()
})

test("a result that is not what the contract says is an error of its own", async () => {
  const { api } = open({ find: () => [1 as unknown as string] }, { checkResults: false })
  const thrown = await api.find({ room: "r" }).catch((error: unknown) => error)
  expect(thrown).toBeInstanceOf(InvalidResultError)
  expect(thrown).toMatchObject({
    code: "invalid-result",
    result: [1],
    message: expect.stringContaining("0: expected string, got number") as unknown,
  })
  await api.close()
})

test("options have a door of their own", async () => {
  const { api } = open({ send: () => new Promise<boolean>(() => {}) })
  const hasty = api.$with({ signal: AbortSignal.abort() })
  await expect(hasty.send("x")).rejects.toMatchObject({ code: "cancelled" })
  await expect(api.$with({ timeoutMs: 1 }).send("x")).rejects.toMatchObject({ code: "timeout" })
  await api.close()
})

test("schemas of others stand in the place of ours, also those that take their time or change the value", async () => {
  const length = foreign<string, number>(async (value) =>
    typeof value === "string"
      ? { value: value.length }
      : { issues: [{ message: "must be text", path: [{ key: "deep" }, 0] }] },
  )
  const methods = contract({ measure: method({ params: [["text", length]], result: length }) })
  const handler = router(methods, { measure: ([size]) => "x".repeat(size + 1) })
  const [near, far] = memoryPair()
  const server = new Connection(far, { handler: handler.handle })
  const api = client(new Connection(near), methods)
  expectTypeOf(api.measure).toEqualTypeOf<(argument: string) => Promise<number>>()
  expect(await api.measure("abc")).toBe(4)
  await expect(api.$call("measure", [1])).rejects.toMatchObject({ code: -32602, data: "text.deep.0: must be text" })
  await Promise.all([api.close(), server.close()])
})

test("an interface alone types a client: every name is a method", async () => {
  interface Api {
    send(text: string): boolean
    reset(): Promise<void>
  }
  const { connection } = open()
  const api = interfaceClient<Api>(connection)
  expectTypeOf(api.send).toEqualTypeOf<(text: string) => Promise<boolean>>()
  expect(await api.send("x")).toBe(true)
  expect(await api.$batch((batch) => [batch.send("y"), batch.reset()])).toEqual([
    { ok: true, value: true },
    { ok: true, value: null },
  ])
  expect((api as unknown as Record<string, unknown>)["then"]).toBeUndefined()
  await api.close()
})

test.each(["then", "constructor", "__proto__", "toString", "close", "$batch"])(
  "the name %s is refused, but can be called on the wire",
  async (name) => {
    expect(() =>
      contract(JSON.parse(`{${JSON.stringify(name)}: {}}`) as Record<string, ReturnType<typeof method>>),
    ).toThrow(ContractError)
    const methods = contract({ aliased: method({ name, result: string }) })
    expect(await router(methods, { aliased: () => name }).execute(name)).toBe(name)
  },
)

test("a contract that cannot be is refused where it is defined", () => {
  expect(() => contract({ a: method({ name: "x" }), b: method({ aliases: ["x"] }) })).toThrow("is called")
  expect(() => contract({ "rpc.x": method() })).toThrow('begin with "rpc."')
  expect(() =>
    contract({
      a: method({
        params: [
          ["x", string],
          ["x", string],
        ],
      }),
    }),
  ).toThrow("same name")
  expect(() => error(-32700)).toThrow(ContractError)
  expect(() => error(-32200)).toThrow(ContractError)
  expect(() => error(0.5)).toThrow(ContractError)
  expect(new (error(-32050))()).toBeInstanceOf(ServerError)
  expect(new (error(7))()).toBeInstanceOf(RpcError)
  expect(() => router(chat, {} as never)).toThrow('no handler for "send"')
})

function foreign<Input, Output>(
  validate: StandardSchema<Input, Output>["~standard"]["validate"],
): StandardSchema<Input, Output> {
  return { "~standard": { version: 1, vendor: "test", validate } }
}

test("what is undefined in a definition is as if it had not been said", () => {
  const nothing = { params: undefined, paramNames: undefined, aliases: undefined, surplus: undefined } as object
  const also = { result: undefined, item: undefined, errors: undefined, name: undefined } as object
  const said = contract({
    a: method({ ...nothing, ...also }),
    b: notification(nothing),
    c: subscription({ ...nothing, ...also }),
  })
  const unsaid = contract({ a: method(), b: notification(), c: subscription() })
  expect(said).toEqual(unsaid)
  expect(said.definitions.a).toMatchObject({ params: [], paramNames: {}, aliases: [], errors: {} })
})
