import fc from "fast-check"
import { expect, test } from "vitest"
import { Reader } from "./reader.ts"
import { decodeUtf8 } from "./utf8.ts"
import { Writer } from "./writer.ts"

/** What the platform's own decoder says, which is slower. */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const encoded = fc.string({ unit: "binary", maxLength: 40 }).map((text) => new TextEncoder().encode(text))
/** Text with a few bytes of it changed or cut off. */
const damaged = fc
  .tuple(encoded, fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 3 }), fc.nat(3))
  .map(([bytes, changes, cut]) => {
    for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte
    return bytes.subarray(0, Math.max(0, bytes.length - cut))
  })

test("bytes are the text that the platform's decoder makes of them, or none", () => {
  const bytes = fc.oneof(encoded, damaged, fc.uint8Array({ maxLength: 60 }))
  const room = fc.nat(20)
  fc.assert(
    fc.property(bytes, room, room, (text, before, after) => {
      const all = new Uint8Array(before + text.length + after).fill(0x78)
      all.set(text, before)
      expect(decodeUtf8(all, before, before + text.length)).toBe(decoded(text))
    }),
    { numRuns: 5000 },
  )
})

test.each([
  ["a byte order mark is kept", [0xef, 0xbb, 0xbf, ...Array<number>(20).fill(0x61)], `\ufeff${"a".repeat(20)}`],
  [
    "a replacement character that was sent is text",
    [0xef, 0xbf, 0xbd, ...Array<number>(20).fill(0x61)],
    `\ufffd${"a".repeat(20)}`,
  ],
  ["half a surrogate pair is not", [0xed, 0xa0, 0x80, ...Array<number>(20).fill(0x61)], undefined],
  ["a sequence longer than it must be is not", [0xc0, 0xaf, ...Array<number>(20).fill(0x61)], undefined],
  ["half a character at the end is not", [...Array<number>(20).fill(0x61), 0xe2, 0x82], undefined],
])("%s", (_what, bytes, text) => {
  expect(decodeUtf8(Uint8Array.from(bytes), 0, bytes.length)).toBe(text)
})

test("text is the bytes that the platform's encoder makes of it, or an error if it has half a surrogate pair", () => {
  const units = fc.array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff), fc.integer({ min: 0xd7f0, max: 0xe010 })), {
    maxLength: 90,
  })
  const repeats = fc.constantFrom(1, 1, 1, 20)
  fc.assert(
    fc.property(units, repeats, (codes, times) => {
      const text = String.fromCharCode(...codes).repeat(times)
      const writer = new Writer(128)
      if (/\p{Surrogate}/u.test(text)) expect(() => writer.string(text)).toThrow("surrogate")
      else {
        const bytes = new TextEncoder().encode(text)
        writer.string(text)
        const reader = new Reader(writer.take())
        expect(reader.blob()).toEqual(bytes)
        expect(reader.remaining).toBe(0)
      }
    }),
    { numRuns: 3000 },
  )
})
