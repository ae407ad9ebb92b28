import type { Codec } from "./codec.ts"
import { EncodeError, FormatError } from "./errors.ts"

/**
 * A codec whose values are made from those of another: seconds from a u64, text from bytes. What `from` and `to` throw
 * becomes the cause of a {@link DecodeError} or an {@link EncodeError} with the code `bad-value`.
 *
 * @param from Makes the value from what was read.
 * @param to Makes what is written from the value.
 */
export function convert<T, U>(codec: Codec<T>, from: (read: T) => U, to: (value: U) => T): Codec<U> {
  return {
    minBytes: codec.minBytes,
    encode(writer, value) {
      let converted: T
      try {
        converted = to(value)
      } catch (error) {
        throw new EncodeError(codeOf(error), messageOf(error), { cause: error })
      }
      codec.encode(writer, converted)
    },
    decode(reader) {
      const at = reader.offset
      const read = codec.decode(reader)
      try {
        return from(read)
      } catch (error) {
        throw reader.error(codeOf(error), messageOf(error), at, { cause: error })
      }
    },
  }
}

function codeOf(error: unknown): "bad-url" | "bad-semver" | "bad-value" {
  return error instanceof FormatError ? error.code : "bad-value"
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
