import type { Codec } from "./codec.ts"

/**
 * A value or nothing: one byte that says which, then the value. Nothing is `undefined`, so the value itself cannot be: an
 * option of an option does not exist. Any byte but 0 is read as a value.
 */
export function option<T extends NonNullable<unknown> | null>(codec: Codec<T>): Codec<T | undefined> {
  return {
    minBytes: 1,
    encode(writer, value) {
      writer.bool(value !== undefined)
      if (value !== undefined) codec.encode(writer, value)
    },
    decode: (reader) => (reader.bool() ? codec.decode(reader) : undefined),
  }
}
