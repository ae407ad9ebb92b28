import type { Codec } from "./codec.ts"
import { DefinitionError, EncodeError } from "./errors.ts"

/** A whole number from 0 to 255: 1 byte. */
export const u8: Codec<number> = { minBytes: 1, encode: (w, value) => w.u8(value), decode: (r) => r.u8() }

/** A whole number from 0 to 2^16 - 1: 2 bytes. */
export const u16: Codec<number> = { minBytes: 2, encode: (w, value) => w.u16(value), decode: (r) => r.u16() }

/** A whole number from 0 to 2^32 - 1: 4 bytes. */
export const u32: Codec<number> = { minBytes: 4, encode: (w, value) => w.u32(value), decode: (r) => r.u32() }

/** A bigint from 0 to 2^64 - 1: 8 bytes. */
export const u64: Codec<bigint> = { minBytes: 8, encode: (w, value) => w.u64(value), decode: (r) => r.u64() }

/** A bigint from 0 to 2^128 - 1: 16 bytes. */
export const u128: Codec<bigint> = { minBytes: 16, encode: (w, value) => w.u128(value), decode: (r) => r.u128() }

/** A whole number from -128 to 127: 1 byte. */
export const i8: Codec<number> = { minBytes: 1, encode: (w, value) => w.i8(value), decode: (r) => r.i8() }

/** A whole number from -2^15 to 2^15 - 1: 2 bytes. */
export const i16: Codec<number> = { minBytes: 2, encode: (w, value) => w.i16(value), decode: (r) => r.i16() }

/** A whole number from -2^31 to 2^31 - 1: 4 bytes. */
export const i32: Codec<number> = { minBytes: 4, encode: (w, value) => w.i32(value), decode: (r) => r.i32() }

/** A bigint from -2^63 to 2^63 - 1: 8 bytes. */
export const i64: Codec<bigint> = { minBytes: 8, encode: (w, value) => w.i64(value), decode: (r) => r.i64() }

/** A bigint from -2^127 to 2^127 - 1: 16 bytes. */
export const i128: Codec<bigint> = { minBytes: 16, encode: (w, value) => w.i128(value), decode: (r) => r.i128() }

/** The same as {@link u64}: what the reference calls a size always takes 8 bytes. */
export const usize: Codec<bigint> = u64

/** A number rounded to single precision: 4 bytes. One that is too large for it is an error, infinities are not. */
export const f32: Codec<number> = { minBytes: 4, encode: (w, value) => w.f32(value), decode: (r) => r.f32() }

/** Any number: 8 bytes. */
export const f64: Codec<number> = { minBytes: 8, encode: (w, value) => w.f64(value), decode: (r) => r.f64() }

/** True or false: 1 byte. Any byte but 0 is read as true. */
export const bool: Codec<boolean> = { minBytes: 1, encode: (w, value) => w.bool(value), decode: (r) => r.bool() }

/**
 * A bigint from 0 to 2^64 - 1 in 1, 3, 5 or 9 bytes, always the fewest (darkfi-net 1.2). It is a bigint like u64, and for
 * the same reason: a number would lose what a peer sent. Lengths and counts are numbers: `Writer.varint`, `Reader.length`.
 */
export const varint: Codec<bigint> = { minBytes: 1, encode: (w, value) => w.varint(value), decode: (r) => r.varint() }

/** Text: a VarInt length in bytes, then UTF-8. */
export const string: Codec<string> = { minBytes: 1, encode: (w, value) => w.string(value), decode: (r) => r.string() }

/** Raw bytes of any length: a VarInt length, then the bytes. The same as a list of u8. */
export const blob: Codec<Uint8Array<ArrayBuffer>> = {
  minBytes: 1,
  encode: (w, value) => w.blob(value),
  decode: (r) => r.blob(),
}

/** Just `length` raw bytes, such as a hash or a magic. */
export function bytes(length: number): Codec<Uint8Array<ArrayBuffer>> {
  checkLength(length)
  return {
    minBytes: length,
    encode(writer, value) {
      writer.bytes(value)
      if (value.length !== length) {
        throw new EncodeError("bad-length", `${value.length} bytes where ${length} are needed`)
      }
    },
    decode: (reader) => reader.bytes(length),
  }
}

/** Nothing at all: no bytes, the value `undefined`. */
export const unit: Codec<undefined> = { minBytes: 0, encode: () => {}, decode: () => undefined }

/** Throws unless `length` can be that of something fixed. */
export function checkLength(length: number): void {
  if (!Number.isSafeInteger(length) || length < 0) throw new DefinitionError(`not a length: ${length}`)
}
