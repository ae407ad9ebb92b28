import { describe, expect, test } from "vitest"
import { codecs } from "../fuzz/codecs.mjs"
import { errorOf } from "./errors.test-kit.ts"
import { type Codec, decode, DecodeError, encode } from "./index.ts"
import vectors from "./vectors/values.json" with { type: "json" }

function codecNamed(name: string): Codec<unknown> {
  const codec = (codecs as Record<string, Codec<unknown>>)[name]
  if (codec === undefined) throw new Error(`no codec is called ${name}`)
  return codec
}

/** JSON has neither bigint, undefined, bytes, maps nor sets; the data file says how it writes them. */
function revive(json: unknown): unknown {
  if (json === null) return undefined
  if (typeof json === "string") return /^-?\d+n$/.test(json) ? BigInt(json.slice(0, -1)) : json
  if (Array.isArray(json)) return json.map(revive)
  if (typeof json !== "object") return json
  const fields = json as { hex?: string; map?: [unknown, unknown][]; set?: unknown[] }
  if (fields.hex !== undefined) return Uint8Array.from(Buffer.from(fields.hex, "hex"))
  if (fields.map !== undefined) return new Map(fields.map.map(([key, value]) => [revive(key), revive(value)]))
  if (fields.set !== undefined) return new Set(fields.set.map(revive))
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, revive(value)]))
}

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")
const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"))

describe("values and their bytes", () => {
  test.each(vectors.values)("$codec: $hex", ({ codec: name, value, hex, readAs }) => {
    const codec = codecNamed(name)
    expect(toHex(encode(codec, revive(value)))).toBe(hex)
    for (const bytes of [hex, ...(readAs ?? [])]) expect(decode(codec, fromHex(bytes))).toEqual(revive(value))
  })

  test.each(vectors.values)("$codec: $hex cut anywhere is short or claims too much", ({ codec: name, hex }) => {
    const codec = codecNamed(name)
    const bytes = fromHex(hex)
    expect(bytes.length).toBeGreaterThanOrEqual(codec.minBytes)
    for (let length = 0; length < bytes.length; length += 1) {
      const error = errorOf(() => decode(codec, bytes.subarray(0, length)))
      expect(error).toBeInstanceOf(DecodeError)
      expect(["short", "bad-count"]).toContain(error.code)
    }
  })

  test.each(vectors.values)("$codec: $hex and one byte more is a surplus", ({ codec: name, hex }) => {
    const error = errorOf(() => decode(codecNamed(name), fromHex(`${hex}00`)))
    expect(error).toMatchObject({ name: "DecodeError", code: "surplus" })
  })
})

test.each(vectors.refused)("$codec refuses $hex: $code", ({ codec, hex, code }) => {
  const error = errorOf(() => decode(codecNamed(codec), fromHex(hex)))
  expect(error).toMatchObject({ name: "DecodeError", code })
})
