import { virtualWorld } from "@dchat/runtime/virtual"
import fc from "fast-check"
import { expect, expectTypeOf, test } from "vitest"
import { client } from "../client/make-client.ts"
import { Connection } from "../connection/connection.ts"
import { contract, type ContractOptions } from "../contract/contract.ts"
import { method, notification } from "../contract/definition.ts"
import {
  bigint,
  bytes,
  date,
  list,
  nullable,
  object,
  oneOf,
  optional,
  rawJson,
  record,
  string,
  unknown,
} from "../contract/schema.ts"
import { type JsonText, jsonText } from "../message/json-text.ts"
import { router } from "../server/router.ts"
import { memoryPair } from "../transport/memory.ts"
import { RawPeer } from "../transport/raw-peer.test-kit.ts"
import { flavor, jsonFlavor, rawFlavor } from "./flavor.ts"
import { base64Form, bigintForm, dateForm, hexForm } from "./forms.ts"
import { InvalidValueError } from "./invalid-value-error.ts"
import { losslessFlavor, parseLossless } from "./lossless.ts"

const stamp = dateForm.iso.fromJson("2026-01-02") as Date
const everything = object({ n: bigint, b: list(bytes), d: record(date), o: optional(nullable(oneOf(bigint, string))) })

/** A method that gives back what it was given, on both sides of one connection; and what the server was given. */
function echo(options: ContractOptions = {}) {
  const methods = contract(
    {
      echo: method({ params: [["value", everything]], result: everything }),
      raw: method({
        params: [
          ["value", rawJson],
          ["more", optional(rawJson)],
        ],
        result: rawJson,
      }),
      any: method({ params: { value: unknown }, result: unknown }),
    },
    options,
  )
  const seen: unknown[] = []
  const handler = router(methods, {
    echo: ([value]) => value,
    raw: ([value]) => value,
    any: ({ value }) => {
      seen.push(value)
      return value
    },
  })
  const [near, far] = memoryPair()
  const server = new Connection(far, { handler: handler.handle })
  const api = client(new Connection(near), methods)
  return { api, seen, close: () => Promise.all([api.close(), server.close()]) }
}

const value = { n: 2n ** 70n, b: [Uint8Array.of(0, 255)], d: { now: stamp }, o: 7n }

test.each([
  ["json", jsonFlavor, `{"n":"1180591620717411303424","b":["AP8="],"d":{"now":"2026-01-02T00:00:00.000Z"},"o":"7"}`],
  [
    "lossless",
    losslessFlavor,
    `{"n":1180591620717411303424,"b":["AP8="],"d":{"now":"2026-01-02T00:00:00.000Z"},"o":7}`,
  ],
  [
    "one of one's own",
    flavor("own", { bytes: hexForm, date: dateForm.milliseconds, bigint: bigintForm.text }),
    `{"n":"1180591620717411303424","b":["00ff"],"d":{"now":1767312000000},"o":"7"}`,
  ],
])("%s: bigints, bytes and dates go over the wire and come back", async (_, chosen, text) => {
  const { api, close } = echo({ flavor: chosen })
  expectTypeOf<Parameters<typeof api.echo>[0]["d"]>().toEqualTypeOf<Record<string, Date>>()
  expect(await api.echo(value)).toEqual(value)
  expect(chosen.encode(value)).toBe(text)
  expect(chosen.decode(text, everything)).toEqual(value)
  await close()
})

test("without a flavor they are written as the plain one says, and one call may have another", async () => {
  const { api, close } = echo()
  expect(await api.echo(value)).toEqual(value)
  const lossless = echo({ flavor: losslessFlavor })
  const plain = lossless.api.$with({ flavor: jsonFlavor })
  expect(await plain.echo({ ...value, n: 5n })).toEqual({ ...value, n: 5n })
  await expect(plain.echo(value)).rejects.toMatchObject({ code: "invalid-result" })
  await lossless.close()
  const [outcome] = await api.$batch((batch) => [batch.echo(value)])
  expect(outcome).toEqual({ ok: true, value })
  await expect(api.$call("echo", [{ ...value, n: "x" }], { flavor: jsonFlavor })).rejects.toMatchObject({
    code: -32602,
    data: "value.n: expected bigint, got string",
  })
  await close()
})

test("raw JSON passes through untouched, alone and in a batch", async () => {
  const { api, close } = echo()
  const text = `{ "b" : 1.000, "a":[12345678901234567890,\t"\\u0041,]}"] }`
  expectTypeOf(api.raw).returns.toEqualTypeOf<Promise<JsonText>>()
  expect((await api.raw(jsonText(text))).text).toBe(text)
  expect((await api.raw(jsonText("[1,\n2]"), jsonText("{}"))).text).toBe("[1, 2]")
  const [first, second] = await api.$batch((batch) => [batch.raw(jsonText("1.0")), batch.raw(jsonText(text))])
  expect(first).toMatchObject({ ok: true, value: { text: "1.0" } })
  expect(second).toMatchObject({ ok: true, value: { text } })
  expect(() => jsonText("{")).toThrow(SyntaxError)
  await close()
})

test("a raw result is decoded later, by a flavor", async () => {
  const { api, close } = echo()
  const response = await api.$call("any", { value: "Daisy" }, { flavor: rawFlavor })
  expectTypeOf(response).toEqualTypeOf<JsonText>()
  expect(jsonFlavor.decode(response, string)).toBe("Daisy")
  expect(() => jsonFlavor.decode(response, bigint)).toThrow(InvalidValueError)
  await close()
})

test("lossless: no digit is lost on either side", async () => {
  const { api, seen, close } = echo({ flavor: losslessFlavor })
  expect(await api.any({ value: 12345678901234567890n })).toBe(12345678901234567890n)
  expect(await api.any({ value: [1.5, jsonText("0.12345678901234567890")] })).toMatchObject([
    1.5,
    { text: "0.12345678901234567890" },
  ])
  expect(seen[0]).toBe(12345678901234567890n)
  await close()
})

test.each([
  ["9007199254740993", 9007199254740993n],
  ["1e400", { text: "1e400" }],
  ["0.1", 0.1],
  ["100000000000000000000", 100000000000000000000],
  ["1.50000000000000000000", 1.5],
  ["0.30000000000000000001", { text: "0.30000000000000000001" }],
  ["-0.0000000000000000", -0],
])("lossless reads %s as it is", (text, expected) => {
  expect(parseLossless(`[${text}]`)).toMatchObject([expected])
})

test("lossless reads what JSON.parse reads, where doubles do", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(3), (text, indent) => {
      const spaced = JSON.stringify([JSON.parse(text), "12345678901234567890"], undefined, indent)
      expect(JSON.stringify(parseLossless(spaced))).toBe(JSON.stringify(JSON.parse(spaced)))
    }),
  )
})

test("every form reads what it has written, and nothing that is not of it", () => {
  fc.assert(
    fc.property(
      fc.uint8Array(),
      fc.bigInt(),
      fc.date({ noInvalidDate: true }),
      fc.string(),
      (data, whole, at, text) => {
        for (const form of [base64Form, hexForm]) expect(form.fromJson(form.toJson(data))).toEqual(data)
        expect(bigintForm.text.fromJson(bigintForm.text.toJson(whole))).toBe(whole)
        for (const form of [dateForm.iso, dateForm.milliseconds]) expect(form.fromJson(form.toJson(at))).toEqual(at)
        for (const form of [base64Form, hexForm, bigintForm.text, dateForm.iso] as const) {
          const read = form.fromJson(text)
          if (read !== undefined) expect(form.fromJson(form.toJson(read as never))).toEqual(read)
        }
      },
    ),
  )
  for (const bad of ["", "1.5", "x", "9".repeat(5000), 1.5, null, undefined])
    expect(bigintForm.text.fromJson(bad)).toBeUndefined()
  expect(base64Form.fromJson("A")).toBeUndefined()
  expect(hexForm.fromJson("abc")).toBeUndefined()
  expect(dateForm.iso.fromJson("yesterday")).toBeUndefined()
  expect(dateForm.milliseconds.fromJson(Infinity)).toBeUndefined()
})

test("a notification keeps its text and its digits, alone and in a batch", async () => {
  const told: unknown[] = []
  const notes = contract(
    {
      note: notification({
        params: [
          ["raw", rawJson],
          ["value", unknown],
        ],
      }),
    },
    { flavor: losslessFlavor },
  )
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  const handler = router(notes, { note: ([raw, value]) => void told.push(raw.text, value) })
  void new Connection(far, { clock, handler: handler.handle })
  const raw = new RawPeer(near)
  const digits = "12345678901234567890"
  const note = `{"jsonrpc":"2.0","method":"note","params":[{ "a" :1.0}, ${digits}]}`
  raw.transport.send(note)
  raw.transport.send(`[${note}, {"jsonrpc":"2.0","id":1,"method":"nope"},  ${note}]`)
  raw.transport.flush()
  await world.runUntilIdle()
  const once = ['{ "a" :1.0}', BigInt(digits)]
  expect(told).toEqual([...once, ...once, ...once])
})
