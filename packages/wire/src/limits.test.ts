import { describe, expect, test } from "vitest"
import { tree } from "../fuzz/codecs.mjs"
import {
  array,
  bytes,
  type Codec,
  decode,
  encode,
  map,
  MAX_DEPTH,
  MAX_EMPTY_ELEMENTS,
  set,
  string,
  struct,
  type TypeOf,
  u8,
  u64,
  unit,
  vec,
  Writer,
} from "./index.ts"
import { errorOf } from "./errors.test-kit.ts"

describe("claims are checked before anything is allocated", () => {
  test("a count beyond the bytes left", () => {
    for (const codec of [vec(u64), vec(string), set(u8), map(u8, u8)] as Codec<unknown>[]) {
      expect(errorOf(() => decode(codec, Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0x7f, 0))).code).toBe("bad-count")
    }
  })

  test("a count of elements that take no bytes, in one list or over many", () => {
    const huge = Uint8Array.of(0xff, 0, 0, 0, 0, 0, 0, 0, 0x10)
    for (const codec of [vec(unit), vec(struct({})), vec(array(u8, 0)), vec(bytes(0))] as Codec<unknown>[]) {
      expect(codec.minBytes).toBe(1)
      expect(errorOf(() => decode(codec, huge)).code).toBe("bad-count")
    }
    const nested = vec(vec(unit))
    const list = Array.from({ length: MAX_EMPTY_ELEMENTS }, () => undefined)
    expect(decode(nested, encode(nested, [list, []]))).toEqual([list, []])
    expect(errorOf(() => encode(nested, [list, [undefined]])).code).toBe("bad-length")
  })
})

describe("values within one another", () => {
  const deep = (levels: number): TypeOf<typeof tree> =>
    levels === 0 ? { name: "", children: [] } : { name: "", children: [deep(levels - 1)] }

  test("are bounded in both directions", () => {
    const deepest = encode(tree, deep(MAX_DEPTH))
    expect(decode(tree, deepest)).toEqual(deep(MAX_DEPTH))
    expect(errorOf(() => encode(tree, deep(MAX_DEPTH + 1))).code).toBe("too-deep")
    const tooDeep = Uint8Array.from([...Array.from({ length: MAX_DEPTH + 1 }, () => [0, 1]).flat(), 0, 0])
    expect(errorOf(() => decode(tree, tooDeep)).code).toBe("too-deep")
  })

  test("a value that contains itself is an error, not a stack overflow", () => {
    const self: TypeOf<typeof tree> = { name: "me", children: [] }
    self.children.push(self)
    expect(errorOf(() => encode(tree, self)).code).toBe("too-deep")
  })

  test("a writer is as good as new after it was discarded", () => {
    const writer = new Writer()
    u8.encode(writer, 1)
    for (let i = 0; i < 3; i += 1) {
      expect(errorOf(() => tree.encode(writer, deep(MAX_DEPTH + 1))).code).toBe("too-deep")
      writer.discard()
      expect(writer.length).toBe(0)
    }
    tree.encode(writer, deep(MAX_DEPTH))
    expect(decode(tree, writer.take())).toEqual(deep(MAX_DEPTH))
  })
})
