import type { Codec } from "./codec.ts"

/**
 * A codec that is made later, which is how one can contain itself: `const tree = struct({ children: vec(lazy(() => tree)) })`.
 * At most {@link MAX_DEPTH} of them may stand within one another. A value must take at least one byte.
 */
export function lazy<T>(make: () => Codec<T>): Codec<T> {
  return {
    minBytes: 1,
    encode: (writer, value) => writer.nested((w) => make().encode(w, value)),
    decode: (reader) => reader.nested((r) => make().decode(r)),
  }
}
