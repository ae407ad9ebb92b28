import { type } from "arktype"
import { expect, test } from "vitest"
import { z } from "zod"
import { contract, type Contract } from "../contract/contract.ts"
import { method, notification } from "../contract/definition.ts"
import { error } from "../contract/error-class.ts"
import {
  boolean,
  integer,
  list,
  literal,
  nullable,
  object,
  oneOf,
  optional,
  record,
  string,
} from "../contract/schema.ts"
import { signatures } from "../contract/signature/signatures.ts"
import { subscription } from "../contract/subscription.ts"
import { router } from "../server/router.ts"
import { openRpcDocument } from "./openrpc.ts"

const chat = contract({
  send: method({
    params: [
      ["text", string],
      ["room", optional(string)],
    ],
    result: boolean,
    errors: { tooLong: error(1001, { message: "the text is too long" }) },
    summary: "Says something.",
    aliases: ["say"],
  }),
  middle: method({
    params: [
      ["a", optional(integer)],
      ["b", integer],
    ],
    deprecated: true,
  }),
  inner: contract({
    find: method({ params: { limit: optional(integer) }, paramNames: { limit: "max" }, result: list(string) }),
  }),
  typing: notification({ params: [["room", string]] }),
  ticks: subscription({ item: object({ n: integer, note: optional(nullable(string)) }) }),
})

const INFO = { title: "chat", version: "1.2.3" }

test("a contract is described method by method", () => {
  expect(openRpcDocument(chat, INFO)).toEqual({
    openrpc: "1.3.2",
    info: INFO,
    methods: [
      {
        name: "send",
        summary: "Says something.",
        paramStructure: "either",
        params: [
          { name: "text", required: true, schema: { type: "string" } },
          { name: "room", required: false, schema: { type: "string" } },
        ],
        result: { name: "result", schema: { type: "boolean" } },
        errors: [{ code: 1001, message: "the text is too long" }],
        "x-aliases": ["say"],
      },
      {
        name: "middle",
        deprecated: true,
        paramStructure: "either",
        params: [
          { name: "a", required: true, schema: { anyOf: [{ type: "integer" }, { type: "null" }] } },
          { name: "b", required: true, schema: { type: "integer" } },
        ],
        result: { name: "result", schema: { type: "null" } },
      },
      {
        name: "inner.find",
        paramStructure: "either",
        params: [{ name: "max", required: false, schema: { type: "integer" } }],
        result: { name: "result", schema: { type: "array", items: { type: "string" } } },
      },
      {
        name: "typing",
        paramStructure: "either",
        params: [{ name: "room", required: true, schema: { type: "string" } }],
        "x-notification": true,
      },
    ],
    "x-subscriptions": [
      {
        name: "ticks",
        paramStructure: "either",
        params: [],
        "x-item": {
          name: "item",
          schema: {
            type: "object",
            properties: { n: { type: "integer" }, note: { anyOf: [{ type: "string" }, { type: "null" }] } },
            required: ["n"],
          },
        },
      },
    ],
  })
})

test("schemas of others are described where they know how", () => {
  const methods = contract({
    zod: method({ params: [["a", z.string().min(2).describe("a name")]], result: z.bigint() }),
    arktype: method({ params: [["a", type("string > 2")]], result: record(oneOf(string, literal("x", null))) }),
  })
  const [zod, arktype] = openRpcDocument(methods, INFO).methods
  expect(zod?.params).toEqual([
    { name: "a", required: true, schema: { type: "string", minLength: 2, description: "a name" } },
  ])
  expect(zod?.result?.schema).toEqual({})
  expect(arktype?.params[0]?.schema).toMatchObject({ type: "string", minLength: 3 })
  expect(arktype?.result?.schema).toEqual({
    type: "object",
    additionalProperties: { anyOf: [{ type: "string" }, { enum: ["x", null] }] },
  })
})

test.each<[string, Contract]>([
  ["of everything", chat],
  ["of signatures", signatures("hello(input: string, more?: { a: (string | null)[] }): string; 🙂()")],
  ["of nothing", contract({})],
])("the document %s follows the rules of OpenRPC 1.3 and 1.4", (_, described) => {
  for (const openrpc of ["1.3.2", "1.4.1"] as const) {
    const document = openRpcDocument(described, { ...INFO, openrpc })
    expect(problemsOf(JSON.parse(JSON.stringify(document)) as Json)).toEqual([])
  }
})

test.each<[string, Json]>([
  ["openrpc is no version", { openrpc: "2.0.0", info: INFO, methods: [] }],
  ["methods is missing", { openrpc: "1.3.2", info: INFO }],
  ["info.version is missing", { openrpc: "1.3.2", info: { title: "x" }, methods: [] }],
  ["methods[0].params is missing", { openrpc: "1.3.2", info: INFO, methods: [{ name: "a" }] }],
  ["methods[0].item is unknown", { openrpc: "1.3.2", info: INFO, methods: [{ name: "a", params: [], item: 1 }] }],
])("the rules are rules: %s", (problem, document) => {
  expect(problemsOf(document)).toContain(problem)
})

test("rpc.discover gives the document, where it is switched on", async () => {
  const methods = signatures("hello(input: string): string")
  const handlers = { hello: ([input]: [string]) => `Hello ${input}` }
  const open = router(methods, handlers, { discover: INFO })
  expect(await open.execute("rpc.discover")).toEqual(openRpcDocument(methods, INFO))
  expect(await open.execute("hello", ["x"])).toBe("Hello x")
  await expect(open.execute("rpc.discover", [1])).rejects.toMatchObject({ code: -32602 })
  await expect(router(methods, handlers).execute("rpc.discover")).rejects.toMatchObject({ code: -32601 })
})

type Json = Readonly<Record<string, unknown>>

/** What each object of a document must have and may have: the part of the meta-schema that a contract can touch. */
const RULES = {
  document: { must: ["openrpc", "info", "methods"], may: ["servers", "components", "externalDocs", "$schema"] },
  info: { must: ["title", "version"], may: ["description", "termsOfService", "contact", "license"] },
  method: {
    must: ["name", "params"],
    may: [
      "description",
      "summary",
      "servers",
      "tags",
      "paramStructure",
      "errors",
      "links",
      "result",
      "examples",
      "deprecated",
      "externalDocs",
    ],
  },
  content: { must: ["name", "schema"], may: ["description", "summary", "required", "deprecated"] },
  error: { must: ["code", "message"], may: ["data"] },
} as const

function problemsOf(document: Json): string[] {
  const problems: string[] = []
  const objects = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : [])
  const check = (value: unknown, rule: keyof typeof RULES, where: string): Json => {
    const object = value as Json
    const { must, may } = RULES[rule]
    const known: readonly string[] = [...must, ...may]
    const at = (name: string): string => (where === "" ? name : `${where}.${name}`)
    for (const name of must) if (!Object.hasOwn(object, name)) problems.push(`${at(name)} is missing`)
    for (const name of Object.keys(object))
      if (!known.includes(name) && !name.startsWith("x-")) problems.push(`${at(name)} is unknown`)
    return object
  }
  const checkMethod = (value: Json, where: string): void => {
    const { params, result, errors, paramStructure } = check(value, "method", where)
    const contents = objects(params)
    for (const [index, each] of contents.entries()) check(each, "content", `${where}.params[${index}]`)
    if (result !== undefined) check(result, "content", `${where}.result`)
    for (const [index, each] of objects(errors).entries()) check(each, "error", `${where}.errors[${index}]`)
    if (!["by-name", "by-position", "either", undefined].includes(paramStructure as string))
      problems.push(`${where}.paramStructure`)
    const required = contents.map((each) => each["required"] === true)
    if (required.lastIndexOf(true) > required.indexOf(false) && required.includes(false))
      problems.push(`${where}: optional before required`)
    if (new Set(contents.map(({ name }) => name)).size < contents.length)
      problems.push(`${where}: a parameter is there twice`)
  }
  check(document, "document", "")
  if (!/^1\.[34]\.\d+$/.test(String(document["openrpc"]))) problems.push("openrpc is no version")
  check(document["info"], "info", "info")
  const methods = objects(document["methods"])
  for (const [index, each] of methods.entries()) checkMethod(each, `methods[${index}]`)
  if (new Set(methods.map(({ name }) => name)).size < methods.length) problems.push("a method is there twice")
  return problems
}
