import fc from "fast-check"
import { expect, test } from "vitest"
import { decodeUtf8 } from "./utf8.ts"

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
