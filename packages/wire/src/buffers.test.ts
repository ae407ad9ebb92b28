import { expect, test } from "vitest"
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
