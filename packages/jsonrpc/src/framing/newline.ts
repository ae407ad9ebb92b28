import { platformDecodeUtf8 } from "@dchat/runtime/platform"
import { ByteQueue } from "./byte-queue.ts"
import { ByteWriter } from "./byte-writer.ts"
import { DEFAULT_MAX_BYTES, FramingError, type Frame, type FrameDecoder, type Framing } from "./framing.ts"

/** Options of {@link newlineFraming}. */
export interface NewlineOptions {
  /** What our lines end with. Both are understood. Default `\n`. */
  eol?: "\n" | "\r\n"
  /** The longest line that is taken, in bytes; a longer one closes the connection. Default 16 MiB. */
  maxBytes?: number
}

/**
 * One JSON text per line, UTF-8 (darkfi-rpc 2.1). The end of the stream ends a last line.
 *
 * A line that looks like the beginning of an HTTP request closes the connection before anything more is read: a browser
 * sends one to any local port that a web page names, with a body that the page chose.
 */
export function newlineFraming({ eol = "\n", maxBytes = DEFAULT_MAX_BYTES }: NewlineOptions = {}): Framing {
  const writer = new ByteWriter()
  return {
    maxBytes,
    decoder: () => new NewlineDecoder(maxBytes),
    encode(texts) {
      // Not `join`: it copies them, and the last end of a line has all of it copied again.
      let lines = ""
      for (const text of texts) lines += text + eol
      return writer.encode(lines)
    },
  }
}

const NO_FRAMES: readonly Frame[] = []
const LF = 0x0a
const BRACE = 0x7b
/** A method, a target, a version. No JSON text looks so. */
const HTTP_REQUEST_LINE = /^[^\s"{[]+ .* HTTP\/\d/

class NewlineDecoder implements FrameDecoder {
  readonly #maxBytes: number
  /** The beginning of a line whose end has not come yet. */
  readonly #tail = new ByteQueue()
  #failure: FramingError | undefined

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get failure(): FramingError | undefined {
    return this.#failure
  }

  push(chunk: Uint8Array): readonly Frame[] {
    if (this.#failure !== undefined) return NO_FRAMES
    const end = chunk.lastIndexOf(LF)
    const frames = end === -1 ? NO_FRAMES : this.#decode(this.#tail.takeWith(chunk.subarray(0, end)))
    if (end + 1 < chunk.length) this.#keep(chunk.subarray(end + 1))
    return frames
  }

  end(): readonly Frame[] {
    if (this.#failure !== undefined || this.#tail.length === 0) return NO_FRAMES
    return this.#decode(this.#tail.takeWith(new Uint8Array(0)))
  }

  #keep(bytes: Uint8Array): void {
    if (this.#failure !== undefined) return
    if (this.#tail.length + bytes.length > this.#maxBytes) {
      this.#failTooLong()
    } else {
      this.#tail.push(bytes)
    }
  }

  /** Reads whole lines, the last of them without its end. They are decoded at once, which is a third faster than one by one. */
  #decode(bytes: Uint8Array): readonly Frame[] {
    if (bytes.length > this.#maxBytes) return this.#decodeOneByOne(bytes)
    let text: string
    try {
      text = platformDecodeUtf8(bytes)
    } catch {
      return this.#decodeOneByOne(bytes)
    }
    // A chunk with one line is common, and a search is cheaper than a split.
    const lines = text.includes("\n") ? text.split("\n") : [text]
    const http = lines.findIndex(isHttpRequestLine)
    if (http !== -1) {
      this.#failHttp()
      lines.length = http
    }
    return text.includes("\r") ? lines.map(withoutCr) : lines
  }

  /** For chunks with a line that is too long or is not UTF-8: one bad line must not spoil the others. */
  #decodeOneByOne(bytes: Uint8Array): readonly Frame[] {
    const frames: Frame[] = []
    for (let start = 0; start <= bytes.length;) {
      const found = bytes.indexOf(LF, start)
      const end = found === -1 ? bytes.length : found
      const line = bytes.subarray(start, end)
      start = end + 1
      if (line.length > this.#maxBytes) {
        this.#failTooLong()
        return frames
      }
      if (isHttpRequestLine(new TextDecoder().decode(line))) {
        this.#failHttp()
        return frames
      }
      frames.push(this.#decodeLine(line))
    }
    return frames
  }

  #decodeLine(line: Uint8Array): Frame {
    try {
      return withoutCr(platformDecodeUtf8(line))
    } catch {
      return { reason: "not UTF-8" }
    }
  }

  #failHttp(): void {
    this.#fail(new FramingError("http-request", "an HTTP request came to a port that speaks one JSON text per line"))
  }

  #failTooLong(): void {
    this.#fail(new FramingError("message-too-long", `a line is longer than ${this.#maxBytes} bytes`))
  }

  #fail(failure: FramingError): void {
    this.#failure = failure
    this.#tail.clear()
  }
}

function isHttpRequestLine(line: string): boolean {
  return line.charCodeAt(0) !== BRACE && HTTP_REQUEST_LINE.test(line)
}

function withoutCr(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line
}
