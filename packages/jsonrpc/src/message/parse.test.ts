import fc from "fast-check"
import { expect, test } from "vitest"
import { isDeeperThan } from "./depth.ts"
import { DEFAULT_PARSE_LIMITS, parseMessage } from "./parse.ts"
import { errorText, notificationText, requestText, resultText } from "./serialise.ts"

const ids = fc.oneof(
  fc.integer(),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.string({ maxLength: 256 }),
  fc.constant(null),
)
const params = fc.oneof(
  fc.constant(undefined),
  fc.array(fc.jsonValue()),
  fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
)
/** What a value is after it has been through JSON: -0 becomes 0. */
function throughJson<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T)
}

test("what is written is read again", () => {
  fc.assert(
    fc.property(ids, fc.string(), params, fc.jsonValue(), fc.integer(), (id, method, params, value, code) => {
      const sent = { id: throughJson(id), method, params: throughJson(params) }
      expect(parseMessage(requestText(id, method, params))).toEqual({ kind: "request", ...sent })
      expect(parseMessage(notificationText(method, params))).toEqual({
        kind: "notification",
        method,
        params: sent.params,
      })
      expect(parseMessage(resultText(id, value))).toEqual({ kind: "result", id: sent.id, result: throughJson(value) })
      const error = { code, message: method, data: throughJson(value) }
      expect(parseMessage(errorText(id, error))).toEqual({ kind: "error", id: sent.id, error })
    }),
  )
})

test("what is written is one line, whatever is in it", () => {
  fc.assert(
    fc.property(ids, fc.string({ unit: "binary" }), params, (id, method, params) => {
      expect(requestText(id, method, params)).not.toMatch(/[\r\n]/)
    }),
  )
})

test("a result of undefined is written as null", () => {
  expect(resultText(1, undefined)).toBe('{"jsonrpc":"2.0","id":1,"result":null}')
})

test("whatever text comes in, it is a message or it is said why not", () => {
  const kinds = new Set(["request", "notification", "result", "error", "invalid", "batch", "unparsable"])
  const member = fc.constantFrom("jsonrpc", "id", "method", "params", "result", "error", "code", "message", "__proto__")
  const almost = fc.dictionary(member, fc.oneof(fc.constant("2.0"), fc.jsonValue()), { noNullPrototype: true })
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    almost.map((x) => JSON.stringify(x)),
    fc.array(almost).map((x) => JSON.stringify(x)),
  )
  fc.assert(
    fc.property(text, (text) => {
      expect(kinds).toContain(parseMessage(text).kind)
    }),
    { numRuns: 1000 },
  )
})

test("an error object needs a whole number as code and a string as message", () => {
  const error = (error: string) => parseMessage(`{"jsonrpc":"2.0","id":1,"error":${error}}`)
  expect(error('{"code":1,"message":"x","data":null}')).toMatchObject({ kind: "error", error: { data: null } })
  for (const bad of [
    "null",
    "[]",
    "{}",
    '{"code":1.5,"message":"x"}',
    '{"code":"1","message":"x"}',
    '{"code":1}',
    '{"code":1e300,"message":""}',
  ]) {
    expect(error(bad)).toMatchObject({ kind: "invalid", of: "response", id: 1 })
  }
})

test("a batch of too many messages is one invalid request", () => {
  const limits = { ...DEFAULT_PARSE_LIMITS, maxBatch: 2 }
  expect(parseMessage("[1,2]", limits)).toMatchObject({ kind: "batch" })
  expect(parseMessage("[1,2,3]", limits)).toMatchObject({ kind: "invalid", of: "request", id: null })
})

test("depth is what it is for any JSON, however its strings are quoted", () => {
  const depth = (value: unknown): number =>
    typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0
  const text = fc.string({ unit: fc.constantFrom("[", "]", "{", "}", '"', "\\", "a") })
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 8 },
      text,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(text, tie("value"), { maxKeys: 3 }),
    ),
  }))
  fc.assert(
    fc.property(value, fc.nat(8), (value, limit) => {
      expect(isDeeperThan(limit, JSON.stringify(value))).toBe(depth(value) > limit)
    }),
    { numRuns: 500 },
  )
})

test("200,000 open brackets are refused and hurt nobody", () => {
  expect(parseMessage("[".repeat(200_000))).toMatchObject({ kind: "unparsable" })
  expect(parseMessage(`["${"[".repeat(200_000)}"]`)).toMatchObject({ kind: "batch" })
})

test("what every object inherits is no member of a message", () => {
  const names = ["jsonrpc", "id", "method", "params", "result", "error"] as const
  const member = fc.constantFrom("2.0", 1, "x", null, [], {})
  const almost = fc.dictionary(fc.constantFrom(...names), member, { noNullPrototype: true })
  fc.assert(
    fc.property(fc.array(almost, { minLength: 1 }), fc.constantFrom(...names), member, (messages, name, inherited) => {
      const text = JSON.stringify(messages)
      const expected = parseMessage(text)
      expect(whereAllInherit(name, inherited, () => parseMessage(text))).toStrictEqual(expected)
    }),
  )
})

/** What a function gives while every object inherits something. */
function whereAllInherit<T>(name: string, value: unknown, run: () => T): T {
  const everybody = Object.prototype as unknown as Record<string, unknown>
  everybody[name] = value
  try {
    return run()
  } finally {
    delete everybody[name]
  }
}
