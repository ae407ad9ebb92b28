import fc from "fast-check"
import { expect, test } from "vitest"
import { DerError, DerReader, TAG, element, oid, unsigned } from "./der.ts"

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

test.each([
  ["1.3.101.112", "06032b6570"],
  ["2.5.29.17", "0603551d11"],
  ["1.2.840.113549.1.1.11", "06092a864886f70d01010b"],
])("the object identifier %s", (dotted, expected) => {
  expect(hex(oid(dotted))).toBe(expected)
})

test.each([
  [[], "020100"],
  [[0, 0], "020100"],
  [[0, 0, 5], "020105"],
  [[0x7f], "02017f"],
  [[0x80], "02020080"],
  [[0, 0xff, 1], "020300ff01"],
])("the number of the bytes %j has neither sign nor needless zeros", (bytes, expected) => {
  expect(hex(unsigned(Uint8Array.from(bytes)))).toBe(expected)
})

test("what was written is read again, whatever its length", () => {
  const anyLength = fc.oneof(fc.nat(300), fc.constantFrom(127, 128, 255, 256, 65_535, 65_536))
  fc.assert(
    fc.property(fc.array(anyLength, { maxLength: 4 }), (lengths) => {
      const parts = lengths.map((length) => element(TAG.octetString, new Uint8Array(length).fill(7)))
      const reader = new DerReader(element(TAG.sequence, ...parts)).enter(TAG.sequence, "all")
      expect(lengths.map(() => reader.read(TAG.octetString, "a part").length)).toEqual(lengths)
      expect(reader.isDone).toBe(true)
    }),
    { numRuns: 200 },
  )
})

test.each([
  ["no bytes", [], "it is missing"],
  ["another tag", [5, 0], "it is missing"],
  ["no length", [0x30], "it has a length that cannot be"],
  ["a length without end", [0x30, 0x80, 0, 0], "it has a length that cannot be"],
  ["a length of which bytes are missing", [0x30, 0x82, 1], "it has a length that cannot be"],
  ["a length beyond the end", [0x30, 2, 0], "it has a length that cannot be"],
  ["a length that has a shorter form", [0x30, 0x81, 1, 0], "it has a length that cannot be"],
  ["a length that begins with zero", [0x30, 0x82, 0, 0x80, ...Array<number>(128).fill(0)], "it has a length that cannot be"],
  ["a length of five bytes", [0x30, 0x85, 1, 0, 0, 0, 0], "it has a length that cannot be"],
  ["a length of four gigabytes", [0x30, 0x84, 0xff, 0xff, 0xff, 0xff], "it has a length that cannot be"],
])("refused: %s", (_what, bytes, message) => {
  const read = () => new DerReader(Uint8Array.from(bytes)).read(TAG.sequence, "it")
  expect(read).toThrow(DerError)
  expect(read).toThrow(message)
}) // prettier-ignore
