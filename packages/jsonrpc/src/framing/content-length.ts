import { DEFAULT_MAX_BYTES, FramingError, type Framing } from "./framing.ts"
import { prefixedFraming, type ReadHead } from "./prefixed.ts"

/** Options of {@link contentLengthFraming}. */
export interface ContentLengthOptions {
  /** The longest message that is taken, in bytes, without its headers; a longer one closes the connection. Default 16 MiB. */
  maxBytes?: number
}

/** Headers take no more than this, in bytes. */
const HEADERS_MAX_BYTES = 1024
const CR = 0x0d
const LF = 0x0a
const LENGTH = /^content-length:[ \t]*(\d{1,15})[ \t]*$/i
const TYPE = /^content-type:[^;]*(?:;[ \t]*charset=(?:"?utf-?8"?))?[ \t]*$/i
const HTTP_REQUEST_LINE = /^\S+ .* HTTP\/\d/

/**
 * Headers before each message, as language servers speak (LSP base protocol 3.18): `Content-Length`, in bytes, and
 * perhaps `Content-Type`, whose charset is UTF-8.
 *
 * A line that is neither closes the connection as soon as it has come, before anything more is read: an HTTP request,
 * which a browser sends to any local port that a web page names, begins with such a line.
 */
export function contentLengthFraming({ maxBytes = DEFAULT_MAX_BYTES }: ContentLengthOptions = {}): Framing {
  const encoder = new TextEncoder()
  return prefixedFraming({
    maxBytes,
    readHead: (bytes, at) => readHeaders(bytes, at, maxBytes),
    head: (body) => encoder.encode(`Content-Length: ${body.length}\r\n\r\n`),
  })
}

function readHeaders(bytes: Uint8Array, at: number, maxBytes: number): ReturnType<ReadHead> {
  let length: number | undefined
  let start = at
  for (;;) {
    const end = bytes.indexOf(LF, start)
    if ((end === -1 ? bytes.length : end) - at > HEADERS_MAX_BYTES) {
      return new FramingError("bad-header", `the headers of a message are longer than ${HEADERS_MAX_BYTES} bytes`)
    }
    if (end === -1) return undefined
    const line = lineOf(bytes, start, end)
    start = end + 1
    if (line === "") break
    const found = LENGTH.exec(line)
    if (found !== null && length === undefined) length = Number(found[1])
    else if (!TYPE.test(line)) return notOurs(line)
  }
  if (length === undefined) return new FramingError("bad-header", "a message came without its Content-Length")
  if (length > maxBytes) return new FramingError("message-too-long", `a message is longer than ${maxBytes} bytes`)
  return { start, length }
}

/** The line that ends at the line feed. Headers are ASCII; any other byte makes no header of ours. */
function lineOf(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, bytes[end - 1] === CR && end > start ? end - 1 : end))
}

function notOurs(line: string): FramingError {
  if (HTTP_REQUEST_LINE.test(line)) {
    return new FramingError("http-request", "an HTTP request came to a port that speaks messages with a Content-Length")
  }
  return new FramingError("bad-header", `not a header of a message: ${JSON.stringify(line.slice(0, 80))}`)
}
