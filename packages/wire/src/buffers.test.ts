import fc from "fast-check"
import { expect, test } from "vitest"
import { MAX_EMPTY_ELEMENTS } from "./errors.ts"
import { blob, bytes, decode, Reader, struct, u32, Writer } from "./index.ts"

test("a reader's bounds must lie within its bytes", () => {
  const four = new Uint8Array(4)
  for (const [start, end] of [
    [-1, 2],
    [3, 2],
    [0, 5],
    [Number.NaN, 1],
  ] as const) {
    expect(() => new Reader(four, start, end)).toThrow(RangeError)
  }
})

test("nothing decoded refers to the input", () => {
  const input = Buffer.from("0201020304", "hex")
  const value = decode(struct({ a: blob, b: bytes(2) }), input)
  input.fill(0)
  expect(value).toEqual({ a: Uint8Array.of(1, 2), b: Uint8Array.of(3, 4) })
  expect(value.a.constructor).toBe(Uint8Array)
})

test("what a writer gave away it does not touch again", () => {
  const writer = new Writer(8)
  const taken = Array.from({ length: 20 }, (_, i) => {
    u32.encode(writer, i)
    return writer.take()
  })
  expect(taken.map((bytes) => decode(u32, bytes))).toEqual(Array.from({ length: 20 }, (_, i) => i))
})

test("byte strings that are kept are taken together, whatever else was discarded", () => {
  const parts = fc.array(
    fc.record({ bytes: fc.uint8Array({ maxLength: 40 }), fate: fc.constantFrom("keep", "discard", "take") }),
  )
  fc.assert(
    fc.property(parts, (list) => {
      const writer = new Writer(32)
      const taken: number[] = []
      const expected: number[] = []
      let waiting = 0
      for (const { bytes, fate } of list) {
        const begin = writer.beginSized()
        writer.bytes(bytes)
        expect(writer.endSized(begin)).toBe(bytes.length)
        expect(writer.length).toBe(bytes.length + 1)
        if (fate === "discard") {
          writer.discard()
          continue
        }
        expected.push(bytes.length, ...bytes)
        waiting += bytes.length + 1
        expect(writer.waiting).toBe(waiting)
        if (fate === "keep") expect(writer.keep()).toBe(bytes.length + 1)
        else {
          taken.push(...writer.take())
          waiting = 0
        }
        expect(writer.length).toBe(0)
      }
      taken.push(...writer.take())
      expect(taken).toEqual(expected)
    }),
  )
})

test("each byte string that is kept may have as many empty elements as one that is taken", () => {
  const writer = new Writer()
  for (let i = 0; i < 3; i++) {
    writer.count(MAX_EMPTY_ELEMENTS, 0)
    writer.keep()
  }
  expect(() => writer.count(MAX_EMPTY_ELEMENTS + 1, 0)).toThrow("too many")
})
