import fc from "fast-check"
import { expect, test } from "vitest"
import { ByteWriter } from "./byte-writer.ts"

test("texts become the bytes that a TextEncoder makes, and stay so whatever is written after them", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme", minLength: 500, maxLength: 6000 }))
  fc.assert(
    fc.property(fc.array(text, { maxLength: 40 }), (texts) => {
      const writer = new ByteWriter()
      const written = texts.map((each) => writer.encode(each))
      expect(written).toEqual(texts.map((each) => new TextEncoder().encode(each)))
    }),
    { numRuns: 50 },
  )
})

test("short texts share memory, a long one has its own", () => {
  const writer = new ByteWriter()
  const [first, second, long] = ["a", "b", "x".repeat(10_000)].map((text) => writer.encode(text))
  expect(second?.buffer).toBe(first?.buffer)
  expect(long?.buffer.byteLength).toBe(10_000)
})
