import type { Codec } from "./codec.ts"
import { EncodeError, inPart } from "./errors.ts"
import { checkLength } from "./primitives.ts"
import type { Reader } from "./reader.ts"
import { show } from "./show.ts"
import type { Writer } from "./writer.ts"

/** A list of any length: a VarInt count, then the elements. */
export function vec<T>(codec: Codec<T>): Codec<T[]> {
  return {
    minBytes: 1,
    encode(writer, list) {
      checkList(list)
      writer.count(list.length, codec.minBytes)
      encodeElements(codec, writer, list)
    },
    decode: (reader) => decodeElements(codec, reader, reader.count(codec.minBytes)),
  }
}

/** Just `length` elements, without a count. */
export function array<T>(codec: Codec<T>, length: number): Codec<T[]> {
  checkLength(length)
  return {
    minBytes: codec.minBytes * length,
    encode(writer, list) {
      checkList(list)
      if (list.length !== length)
        throw new EncodeError("bad-length", `${list.length} elements where ${length} are needed`)
      encodeElements(codec, writer, list)
    },
    decode: (reader) => decodeElements(codec, reader, length),
  }
}

/** Throws unless `list` is one. */
export function checkList(list: readonly unknown[]): void {
  if (!Array.isArray(list)) throw new EncodeError("bad-type", `an array is needed, not ${show(list)}`)
}

function encodeElements<T>(codec: Codec<T>, writer: Writer, list: readonly T[]): void {
  let i = 0
  try {
    for (; i < list.length; i += 1) codec.encode(writer, list[i] as T)
  } catch (error) {
    throw inPart(error, `[${i}]`)
  }
}

function decodeElements<T>(codec: Codec<T>, reader: Reader, length: number): T[] {
  const list: T[] = []
  try {
    while (list.length < length) list.push(codec.decode(reader))
  } catch (error) {
    throw inPart(error, `[${list.length}]`)
  }
  return list
}
