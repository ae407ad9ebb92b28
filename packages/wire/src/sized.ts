import type { Codec } from "./codec.ts"

/** A VarInt length in bytes, then a value that takes just as many: a payload that can be skipped without knowing it. */
export function sized<T>(codec: Codec<T>): Codec<T> {
  return {
    minBytes: 1 + codec.minBytes,
    encode: (writer, value) => writer.sized((w) => codec.encode(w, value)),
    decode: (reader) => reader.sized((r) => codec.decode(r)),
  }
}
