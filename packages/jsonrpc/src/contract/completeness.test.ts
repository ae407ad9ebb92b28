import { type } from "arktype"
import * as v from "valibot"
import { expect, expectTypeOf, test } from "vitest"
import { z } from "zod"
import type { ClientOf } from "../client/client.ts"
import { client } from "../client/make-client.ts"
import { Connection } from "../connection/connection.ts"
import type { IncomingRequest } from "../connection/incoming-request.ts"
import { router, type Handlers } from "../server/router.ts"
import { memoryPair } from "../transport/memory.ts"
import { contract, type Contract, type Definitions } from "./contract.ts"
import { ContractError } from "./contract-error.ts"
import { method, notification } from "./definition.ts"
import { number, optional, string, type as typeOnly } from "./schema.ts"

/** A client of a contract and the server that carries it out, in one process. */
function open<D extends Definitions>(methods: Contract<D>, handlers: Handlers<D>) {
  const [near, far] = memoryPair()
  const server = new Connection(far, { role: "server", handler: router(methods, handlers).handle })
  const api = client(new Connection(near), methods)
  return { api, close: () => Promise.all([api.close(), server.close()]) }
}

const rooms = contract({
  chat: contract({
    send: method({ params: [["text", string]], result: string }),
    seen: notification({ params: [["upTo", number]] }),
    admin: contract({ kick: method({ name: "kick_out", aliases: ["ban"], params: { who: string }, result: string }) }),
  }),
  ping: method({ result: string }),
})

test("contracts stand in contracts: objects for programs, one name on the wire", async () => {
  type Api = ClientOf<typeof rooms>
  expectTypeOf<Api["chat"]["send"]>().toEqualTypeOf<(argument: string) => Promise<string>>()
  expectTypeOf<Parameters<Api["chat"]["admin"]["kick"]>>().toEqualTypeOf<[params: { who: string }]>()
  const names: string[] = []
  const note = (_: unknown, request: IncomingRequest): string => {
    names.push(request.method)
    return request.method
  }
  const { api, close } = open(rooms, {
    chat: { send: note, seen: (params, request) => void note(params, request), admin: { kick: note } },
    ping: note,
  })
  await api.chat.seen(1)
  expect(await api.chat.send("x")).toBe("chat.send")
  expect(await api.$with({ timeoutMs: 1000 }).chat.admin.kick({ who: "x" })).toBe("chat.admin.kick_out")
  expect(await api.$call("chat.admin.ban", ["x"])).toBe("chat.admin.ban")
  const [outcome] = await api.$batch((batch) => [batch.chat.admin.kick({ who: "y" }), batch.ping()])
  expect(outcome).toEqual({ ok: true, value: "chat.admin.kick_out" })
  expect(names).toHaveLength(6)
  await close()
})

test("the separator is that of the contract around", async () => {
  const inner = contract({ deep: contract({ call: method({ result: string }) }) })
  const outer = contract({ a: inner }, { separator: "_" })
  expect(await router(outer, { a: { deep: { call: () => "x" } } }).execute("a_deep.call")).toBe("x")
  expect(() => contract({ "a.b": method(), a: contract({ b: method() }) })).toThrow("is called")
  expect(() => contract({ rpc: contract({ x: method() }) })).toThrow('begin with "rpc."')
  expect(() => contract({ close: contract({}) })).toThrow(ContractError)
})

test("a handler that is missing inside is missed at once", () => {
  expect(() => router(rooms, { ping: () => "x" } as never)).toThrow('no handler for "chat.send"')
})

test("parameters have names of their own on the wire, in both directions and both forms", async () => {
  const definitions = {
    find: method({
      params: { limit: optional(number), room: string },
      paramNames: { limit: "max_results" },
      result: typeOnly<unknown>(),
    }),
    list: method({
      params: [
        ["room", string],
        ["limit", optional(number)],
      ],
      paramNames: { room: "channel" },
      result: typeOnly<unknown>(),
    }),
  }
  for (const params of ["declared", "by-name", "by-position"] as const) {
    const raws: unknown[] = []
    const { api, close } = open(contract(definitions, { params }), {
      find: (given, { params: raw }) => {
        raws.push(raw)
        return given
      },
      list: (given, { params: raw }) => {
        raws.push(raw)
        return given
      },
    })
    expect(await api.find({ limit: 3, room: "r" })).toEqual({ limit: 3, room: "r" })
    expect(await api.list("r", 3)).toEqual(["r", 3])
    const byName = [
      { max_results: 3, room: "r" },
      { channel: "r", limit: 3 },
    ]
    const byPosition = [
      [3, "r"],
      ["r", 3],
    ]
    expect(raws).toEqual([
      (params === "by-position" ? byPosition : byName)[0],
      (params === "by-name" ? byName : byPosition)[1],
    ])
    await expect(api.$call("find", { limit: 3, room: "r" })).rejects.toMatchObject({ code: -32602 })
    await close()
  }
  expect(() => contract({ x: method({ params: { a: string }, paramNames: { b: "c" } }) })).toThrow("no parameter")
  expect(() => contract({ x: method({ params: { a: string, b: string }, paramNames: { a: "b" } }) })).toThrow(
    "same name",
  )
})

test("a contract says what either side offers: the server calls its client back", async () => {
  const offers = contract({ confirm: method({ params: [["question", string]], result: string }) })
  const asks = contract({ order: method({ params: [["what", string]], result: string }) })
  const [near, far] = memoryPair()
  const server = new Connection(far, {
    role: "server",
    handler: router(asks, {
      order: async ([what], { connection }) => `${what}: ${await client(connection, offers).confirm("really?")}`,
    }).handle,
  })
  const handler = router(offers, { confirm: ([question]) => `${question} yes` }).handle
  const api = client(new Connection(near, { handler }), asks)
  expect(await api.order("tea")).toBe("tea: really? yes")
  await Promise.all([api.close(), server.close()])
})

test("schemas of zod, valibot and arktype: transforms and checks that take their time", async () => {
  const methods = contract({
    zod: method({
      params: [
        ["n", z.string().transform(Number)],
        ["unit", z.enum(["m", "km"]).optional()],
      ],
      result: z.number().transform((n) => ({ n })),
    }),
    valibot: method({
      params: {
        name: v.pipeAsync(
          v.string(),
          v.checkAsync(async (name) => name !== "taken", "is taken"),
        ),
      },
      result: v.string(),
    }),
    arktype: method({ params: [["age", type("number.integer > 0")]], result: type("string[]") }),
  })
  const { api, close } = open(methods, {
    zod: ([n, unit]) => (unit === "km" ? n * 1000 : n),
    valibot: ({ name }) => name,
    arktype: ([age]) => [String(age)],
  })
  expectTypeOf(api.zod).toEqualTypeOf<(argument: string, argument_1?: "m" | "km") => Promise<{ n: number }>>()
  expectTypeOf(api.valibot).toEqualTypeOf<(params: { name: string }) => Promise<string>>()
  expectTypeOf(api.arktype).toEqualTypeOf<(argument: number) => Promise<string[]>>()
  expect(await api.zod("12", "km")).toEqual({ n: 12000 })
  expect(await api.$call("zod", ["12", null])).toBe(12)
  expect(await api.valibot({ name: "free" })).toBe("free")
  expect(await api.arktype(3)).toEqual(["3"])
  await expect(api.valibot({ name: "taken" })).rejects.toMatchObject({ code: -32602, data: "name: is taken" })
  await expect(api.arktype(-3)).rejects.toMatchObject({
    code: -32602,
    data: "age: must be positive (was -3)",
  })
  await expect(api.zod("1", "mile" as never)).rejects.toMatchObject({ code: -32602 })
  await close()
})

test("types alone: the compiler checks, the program does not", async () => {
  const methods = contract({
    send: method({
      params: [
        ["text", typeOnly<string>()],
        ["tags", typeOnly<string[] | undefined>()],
      ],
      result: typeOnly<{ id: number }>(),
    }),
  })
  const { api, close } = open(methods, { send: ([text]) => ({ id: text as unknown as number }) })
  expectTypeOf(api.send).toEqualTypeOf<(argument: string, argument_1?: string[]) => Promise<{ id: number }>>()
  expect(await api.send(5 as never)).toEqual({ id: 5 })
  await close()
})
