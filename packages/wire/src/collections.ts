import type { Codec } from "./codec.ts"
import { EncodeError, inPart } from "./errors.ts"
import { show } from "./show.ts"

/** What a key of a map or an element of a set can be: something that equals its like. A hash is one as {@link hex}. */
export type Scalar = string | number | bigint | boolean

/** Options of {@link map} and {@link set}. */
export interface OrderOptions {
  /**
   * Writes the entries in the order of their keys, as the reference's ordered collections do: numbers by size, text by
   * its bytes. Default false: in the order of the Map or Set. On reading any order is taken.
   */
  readonly sorted?: boolean
}

/** A Map: a VarInt count, then key and value of each entry. Of entries with the same key the last one counts. */
export function map<K extends Scalar, V>(key: Codec<K>, value: Codec<V>, options?: OrderOptions): Codec<Map<K, V>> {
  const minBytes = (): number => key.minBytes + value.minBytes
  return {
    minBytes: 1,
    encode(writer, entries) {
      if (!(entries instanceof Map)) throw new EncodeError("bad-type", `a Map is needed, not ${show(entries)}`)
      writer.count(entries.size, minBytes())
      let i = 0
      let part = ""
      try {
        for (const k of inOrder(entries.keys(), options)) {
          part = "key"
          key.encode(writer, k)
          part = "value"
          value.encode(writer, entries.get(k) as V)
          i += 1
        }
      } catch (error) {
        throw inPart(inPart(error, part), `[${i}]`)
      }
    },
    decode(reader) {
      const count = reader.count(minBytes())
      const entries = new Map<K, V>()
      let i = 0
      let part = ""
      try {
        for (; i < count; i += 1) {
          part = "key"
          const k = key.decode(reader)
          part = "value"
          entries.set(k, value.decode(reader))
        }
      } catch (error) {
        throw inPart(inPart(error, part), `[${i}]`)
      }
      return entries
    },
  }
}

/** A Set: a VarInt count, then the elements. Elements that come twice count once. */
export function set<T extends Scalar>(codec: Codec<T>, options?: OrderOptions): Codec<Set<T>> {
  return {
    minBytes: 1,
    encode(writer, elements) {
      if (!(elements instanceof Set)) throw new EncodeError("bad-type", `a Set is needed, not ${show(elements)}`)
      writer.count(elements.size, codec.minBytes)
      let i = 0
      try {
        for (const element of inOrder(elements.values(), options)) {
          codec.encode(writer, element)
          i += 1
        }
      } catch (error) {
        throw inPart(error, `[${i}]`)
      }
    },
    decode(reader) {
      const count = reader.count(codec.minBytes)
      const elements = new Set<T>()
      let i = 0
      try {
        for (; i < count; i += 1) elements.add(codec.decode(reader))
      } catch (error) {
        throw inPart(error, `[${i}]`)
      }
      return elements
    },
  }
}

function inOrder<T extends Scalar>(values: Iterable<T>, options: OrderOptions | undefined): Iterable<T> {
  return options?.sorted === true ? [...values].toSorted(compare) : values
}

function compare(a: Scalar, b: Scalar): number {
  if (typeof a === "string" && typeof b === "string") return compareText(a, b)
  return a < b ? -1 : a > b ? 1 : 0
}

/** Compares by code point, which is the order of the UTF-8 bytes. JavaScript's own order is that of UTF-16 units. */
function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

/** Puts surrogates, which stand for code points from 2^16 on, behind all other units. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit
}
