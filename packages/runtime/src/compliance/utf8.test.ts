import fc from "fast-check"
import { expect, test } from "vitest"
import { browserDecodeUtf8 } from "../browser/utf8.ts"
import { nodeDecodeUtf8 } from "../node/utf8.ts"

const decoders = [
  ["Node's", nodeDecodeUtf8],
  ["a page's", browserDecodeUtf8],
] as const

const unit = fc.constantFrom("x", "\u007f", "é", "€", "\u{1f642}", "\ufeff")
/** Long ones are made of one character and perhaps another at the end. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .tuple(unit, fc.integer({ min: 500, max: 3000 }), fc.oneof(fc.constant(""), unit))
    .map(([each, count, last]) => each.repeat(count) + last),
)

test.each(decoders)("%s decoder reads UTF-8, wherever it lies in memory", (_, decode) => {
  fc.assert(
    fc.property(text, fc.nat(3), (text, before) => {
      const bytes = new TextEncoder().encode(text)
      const within = new Uint8Array(before + bytes.length)
      within.set(bytes, before)
      expect(decode(within.subarray(before))).toBe(Buffer.from(text).toString())
    }),
  )
})

test.each(decoders)("%s decoder takes nothing else", (_, decode) => {
  for (const length of [0, 2047, 5000]) {
    for (const bad of [[0xff], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80]]) {
      const bytes = new Uint8Array([...new Uint8Array(length).fill(0x41), ...bad])
      expect(() => decode(bytes)).toThrow(TypeError)
    }
  }
})
