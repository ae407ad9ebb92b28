import { describe, expect, test } from "vitest"
import {
  array,
  blob,
  bool,
  bytes,
  type Codec,
  decode,
  type DecodeError,
  encode,
  EncodeError,
  enumeration,
  f32,
  f64,
  hex,
  i8,
  i16,
  i32,
  i64,
  i128,
  map,
  option,
  Reader,
  semver,
  set,
  string,
  struct,
  tuple,
  u8,
  u16,
  u32,
  u64,
  u128,
  url,
  varint,
  vec,
  Writer,
} from "./index.ts"
import { errorOf } from "./errors.test-kit.ts"

const addr = struct({ addrs: vec(tuple(url, u64)) })

describe("a value outside its type is refused when it is encoded, never wrapped", () => {
  const numbers = [Number.NaN, Infinity, -Infinity, 0.5]
  test.each([
    ["u8", u8, [-1, 256, ...numbers]],
    ["u16", u16, [-1, 65_536, ...numbers]],
    ["u32", u32, [-1, 2 ** 32, ...numbers]],
    ["u64", u64, [-1n, 2n ** 64n]],
    ["u128", u128, [-1n, 2n ** 128n]],
    ["i8", i8, [-129, 128, ...numbers]],
    ["i16", i16, [-32_769, 32_768, ...numbers]],
    ["i32", i32, [-(2 ** 31) - 1, 2 ** 31, ...numbers]],
    ["i64", i64, [-(2n ** 63n) - 1n, 2n ** 63n]],
    ["i128", i128, [-(2n ** 127n) - 1n, 2n ** 127n]],
    ["f32", f32, [1e39, -1e39]],
    ["varint", varint, [-1n, 2n ** 64n]],
  ] as [string, Codec<unknown>, unknown[]][])("%s", (_, codec, values) => {
    for (const value of values) {
      const error = errorOf(() => encode(codec, value))
      expect(error).toBeInstanceOf(EncodeError)
      expect([error.code, value]).toEqual(["out-of-range", value])
    }
  })

  test("a VarInt that is a number is safe, whole and not negative", () => {
    for (const value of [-1, 0.5, 2 ** 53, Number.NaN]) {
      expect(errorOf(() => new Writer().varint(value)).code).toBe("out-of-range")
    }
  })
})

test("a value of another type is refused, whatever it is", () => {
  const all = { addr, array: array(u8, 1), blob, bool, bytes: bytes(1), f32, f64, i8, i16, i32, i64, i128, semver, url }
  const more = {
    map: map(string, u8),
    set: set(u8),
    string,
    tuple: tuple(u8),
    u8,
    u16,
    u32,
    u64,
    u128,
    varint,
    vec: vec(u8),
  }
  const kinds = { enumeration: enumeration({ a: u8 }), hex: hex(1) }
  const wrong = [undefined, null, Symbol("x"), () => 1, {}, /x/, { kind: "b" }]
  for (const [name, codec] of Object.entries({ ...all, ...more, ...kinds })) {
    for (const value of wrong) {
      const error = errorOf(() => encode(codec as Codec<unknown>, value))
      expect([name, error instanceof EncodeError]).toEqual([name, true])
    }
  }
})

test("text with half a surrogate pair is refused", () => {
  for (const text of ["\ud800", "a\udc00b", "\udc00\ud800", `${"x".repeat(100)}\ud83e`, "käse\ud83e"]) {
    expect(errorOf(() => encode(string, text)).code).toBe("bad-string")
  }
})

test("what has a fixed length is refused at any other", () => {
  expect(errorOf(() => encode(bytes(4), new Uint8Array(3))).code).toBe("bad-length")
  expect(errorOf(() => encode(array(u8, 2), [1])).code).toBe("bad-length")
  expect(errorOf(() => encode(tuple(u8, u8), [1] as never)).code).toBe("bad-length")
  expect(errorOf(() => encode(hex(2), "00")).code).toBe("bad-length")
  for (const text of ["0", "0G", "AB"]) expect(errorOf(() => encode(hex(1), text)).code).toBe("bad-value")
})

test("text that is no URL and no version is refused, and the reason is kept", () => {
  const error = errorOf(() => encode(url, "not a url"))
  expect(error.code).toBe("bad-url")
  expect(error.message).toBe('not an absolute URL: "not a url"')
  expect(error.cause).toMatchObject({ name: "FormatError", code: "bad-url" })
  const version = { major: 1n, minor: 0n, patch: 0n, pre: "01", build: "" }
  expect(errorOf(() => encode(semver, version)).code).toBe("bad-semver")
})

describe("an error says where", () => {
  test("in the bytes and in the value", () => {
    const good = encode(addr, {
      addrs: [
        ["tcp://a:1/", 1n],
        ["tcp://b:1/", 2n],
      ],
    })
    good[1 + 19] = 200
    const error = errorOf(() => decode(addr, good)) as DecodeError
    expect(error).toMatchObject({ name: "DecodeError", code: "short", path: "addrs[1].0", offset: 21 })
    expect(error.message).toBe("addrs[1].0: bytes needed: 200, left: 18 (at byte 21)")
    expect(error.stack).toContain("DecodeError: addrs[1].0: ")
  })

  test("in a value that cannot be encoded", () => {
    const error = errorOf(() =>
      encode(addr, {
        addrs: [
          ["tcp://a:1/", 1n],
          ["tcp://b:1/", -1n],
        ],
      }),
    ) as EncodeError
    expect(error).toMatchObject({ name: "EncodeError", path: "addrs[1].1", message: "addrs[1].1: -1n is not a u64" })
  })

  test("in maps, sets, arrays, options and variants", () => {
    const paths = (codec: Codec<unknown>, bytes: number[], value: unknown): string[] => [
      (errorOf(() => decode(codec, Uint8Array.from(bytes))) as DecodeError).path,
      (errorOf(() => encode(codec, value)) as EncodeError).path,
    ]
    const field = (codec: Codec<unknown>): Codec<unknown> => struct({ f: codec })
    expect(
      paths(field(map(string, u16)), [1, 5, 0, 0], {
        f: new Map([
          ["a", 1],
          ["b", -1],
        ]),
      }),
    ).toEqual(["f[0].key", "f[1].value"])
    expect(paths(field(map(string, u16)), [1, 1, 97, 0], { f: new Map([[7, 1]]) })).toEqual(["f[0].value", "f[0].key"])
    expect(paths(field(set(string)), [2, 0, 5], { f: new Set(["a", 7]) })).toEqual(["f[1]", "f[1]"])
    expect(paths(field(array(u16, 2)), [1, 0, 1], { f: [1, -1] })).toEqual(["f[1]", "f[1]"])
    expect(paths(field(vec(vec(u16))), [1, 5, 0], { f: [[], [1, -1]] })).toEqual(["f[0]", "f[1][1]"])
    expect(paths(field(option(struct({ x: u8 }))), [1], { f: { x: -1 } })).toEqual(["f.x", "f.x"])
    const one = enumeration({ circle: struct({ r: u8 }) })
    expect(paths(field(one), [0], { f: { kind: "circle", value: { r: -1 } } })).toEqual(["f.circle.r", "f.circle.r"])
    expect(paths(u8, [], -1)).toEqual(["", ""])
  })

  test("in a part of a longer byte string, counted from its start", () => {
    const reader = new Reader(Uint8Array.of(9, 9, 1, 9), 2, 3)
    expect((errorOf(() => u16.decode(reader)) as DecodeError).offset).toBe(2)
  })
})
