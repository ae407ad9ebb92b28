import { Reader } from "./reader.ts"
import { Writer } from "./writer.ts"

/**
 * How values of one type become bytes and come back. Codecs are plain values that compose: `struct({ nonce: u16 })` is a
 * codec too. They keep no state, so one serves everybody.
 */
export interface Codec<T> {
  /** Appends `value`. Throws an {@link EncodeError} when it is not in the type's range. */
  encode(writer: Writer, value: T): void
  /** Takes one value off the front. Throws a {@link DecodeError}. */
  decode(reader: Reader): T
  /** The fewest bytes that a value takes. A claimed count is checked against the bytes left with it. */
  readonly minBytes: number
}

/** The type of a codec's values: `TypeOf<typeof ping>`. */
export type TypeOf<C> = C extends Codec<infer T> ? T : never

/** `value` as bytes. Throws an {@link EncodeError}. */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array<ArrayBuffer> {
  const writer = new Writer(256)
  codec.encode(writer, value)
  return writer.take()
}

/** The value that `bytes` are, all of them: bytes left over are a {@link DecodeError} like any other. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  const reader = new Reader(bytes)
  const value = codec.decode(reader)
  reader.finish()
  return value
}
