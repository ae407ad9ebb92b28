import { DEFAULT_MAX_BYTES, FramingError, type Framing } from "./framing.ts"
import { prefixedFraming } from "./prefixed.ts"

/** Options of {@link lengthPrefixFraming}. */
export interface LengthPrefixOptions {
  /** The longest message that is taken, in bytes; a longer one closes the connection. Default 16 MiB, at most 1 GiB. */
  maxBytes?: number
}

const PREFIX_BYTES = 4
/** The first bytes of an HTTP request, read as a length, are more than this. */
const LARGEST_MAX_BYTES = 1024 ** 3

/**
 * Four bytes of length, big-endian, before each message, UTF-8. An HTTP request reads as a length above any limit, and
 * so closes the connection. Throws a RangeError when `maxBytes` is more than 1 GiB.
 */
export function lengthPrefixFraming({ maxBytes = DEFAULT_MAX_BYTES }: LengthPrefixOptions = {}): Framing {
  if (!(maxBytes <= LARGEST_MAX_BYTES))
    throw new RangeError(`maxBytes is at most ${LARGEST_MAX_BYTES}, not ${maxBytes}`)
  return prefixedFraming({
    maxBytes,
    readHead(bytes, at) {
      if (bytes.length - at < PREFIX_BYTES) return undefined
      const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0)
      if (length > maxBytes) return new FramingError("message-too-long", `a message is longer than ${maxBytes} bytes`)
      return { start: at + PREFIX_BYTES, length }
    },
    head(body) {
      const prefix = new Uint8Array(PREFIX_BYTES)
      new DataView(prefix.buffer).setUint32(0, body.length)
      return prefix
    },
  })
}
