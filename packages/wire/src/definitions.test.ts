import { describe, expect, expectTypeOf, test } from "vitest"
import * as wire from "./index.ts"
import {
  array,
  bool,
  bytes,
  convert,
  encode,
  DefinitionError,
  enumeration,
  f64,
  hex,
  lazy,
  map,
  option,
  set,
  string,
  struct,
  tagged,
  tuple,
  type TypeOf,
  u8,
  u32,
  u64,
  unit,
  url,
  vec,
} from "./index.ts"
import { errorOf } from "./errors.test-kit.ts"

describe("a codec that cannot work is refused where it is defined", () => {
  test.each([
    ["a field called 0", () => struct({ a: u8, 0: u8 })],
    ["a variant called 12", () => enumeration({ 12: u8 })],
    ["a field called __proto__", () => struct({ ["__proto__"]: u8 })],
    ["a prototype for fields", () => struct({ __proto__: { a: u8 } } as never)],
    ["a tag beyond a byte", () => enumeration({ a: tagged(256, u8) })],
    ["a tag that counts beyond a byte", () => enumeration({ a: tagged(255, u8), b: u8 })],
    ["two equal tags", () => enumeration({ a: tagged(1, u8), b: tagged(0, u8), c: u8 })],
    ["no variants", () => enumeration({})],
    ["a negative length", () => bytes(-1)],
    ["half an element", () => array(u8, 0.5)],
  ])("%s", (_, define) => {
    expect(errorOf(define)).toBeInstanceOf(DefinitionError)
  })

  test("names that only look like numbers are fine", () => {
    const codec = struct({ "1a": u8, "-1": u8, "01": u8, "1.5": u8 })
    expect([...encode(codec, { "1a": 1, "-1": 2, "01": 3, "1.5": 4 })]).toEqual([1, 2, 3, 4])
  })
})

test("static types come from the codecs", () => {
  const codec = struct({
    id: u32,
    when: u64,
    from: option(url),
    pairs: vec(tuple(string, bool)),
    shape: enumeration({ circle: f64, nothing: unit, square: tagged(9, struct({ side: u8 })) }),
    seen: map(u64, set(hex(32))),
    at: convert(u64, Number, BigInt),
    raw: bytes(4),
  })
  expectTypeOf<TypeOf<typeof codec>>().toEqualTypeOf<{
    id: number
    when: bigint
    from: string | undefined
    pairs: [string, boolean][]
    shape: { kind: "circle"; value: number } | { kind: "nothing" } | { kind: "square"; value: { side: number } }
    seen: Map<bigint, Set<string>>
    at: number
    raw: Uint8Array<ArrayBuffer>
  }>()
  expect(codec.minBytes).toBe(4 + 8 + 1 + 1 + 1 + 1 + 8 + 4)
  expectTypeOf(lazy(() => codec)).toEqualTypeOf<typeof codec>()
})

test("the public names are few and all there", () => {
  expect(Object.keys(wire).toSorted()).toMatchInlineSnapshot(`
    [
      "DecodeError",
      "DefinitionError",
      "EncodeError",
      "FormatError",
      "MAX_DEPTH",
      "MAX_EMPTY_ELEMENTS",
      "Reader",
      "WireError",
      "Writer",
      "array",
      "blob",
      "bool",
      "bytes",
      "canonicalUrl",
      "convert",
      "decode",
      "encode",
      "enumeration",
      "f32",
      "f64",
      "formatSemVer",
      "hex",
      "i128",
      "i16",
      "i32",
      "i64",
      "i8",
      "lazy",
      "map",
      "option",
      "parseSemVer",
      "parseUrl",
      "semver",
      "set",
      "sized",
      "string",
      "struct",
      "tagged",
      "tuple",
      "u128",
      "u16",
      "u32",
      "u64",
      "u8",
      "unit",
      "url",
      "usize",
      "varint",
      "vec",
    ]
  `)
})
