import { ByteQueue } from "./byte-queue.ts"
import type { Frame, FrameDecoder, Framing, FramingError } from "./framing.ts"
import { textOf } from "./text.ts"

/** Where the body of a message lies. */
export interface Body {
  readonly start: number
  readonly length: number
}

/** Reads what stands before a body. Gives `undefined` when more bytes are needed, or why nothing can be read any more. */
export type ReadHead = (bytes: Uint8Array, at: number) => Body | FramingError | undefined

/** How messages lie in a stream, when something that says their length stands before each. */
export interface PrefixedOptions {
  readonly maxBytes: number
  readonly readHead: ReadHead
  /** What stands before a body. */
  readonly head: (body: Uint8Array, text: string) => Uint8Array
}

/** A framing of messages whose length is said before them. */
export function prefixedFraming({ maxBytes, readHead, head }: PrefixedOptions): Framing {
  const encoder = new TextEncoder()
  return {
    maxBytes,
    decoder: () => new PrefixedDecoder(readHead),
    encode: (texts) =>
      concat(
        texts.flatMap((text) => {
          const body = encoder.encode(text)
          return [head(body, text), body]
        }),
      ),
  }
}

const NO_FRAMES: readonly Frame[] = []

/** Reads messages whose length is said before them. A message that the end cuts off is dropped. */
class PrefixedDecoder implements FrameDecoder {
  readonly #readHead: ReadHead
  /** The beginning of a message whose rest has not come yet. */
  readonly #tail = new ByteQueue()
  /** So many bytes have to be there before it is worth looking again. */
  #needed = 0
  #failure: FramingError | undefined

  constructor(readHead: ReadHead) {
    this.#readHead = readHead
  }

  get failure(): FramingError | undefined {
    return this.#failure
  }

  push(chunk: Uint8Array): readonly Frame[] {
    if (this.#failure !== undefined) return NO_FRAMES
    if (this.#tail.length + chunk.length < this.#needed) {
      this.#tail.push(chunk)
      return NO_FRAMES
    }
    return this.#decode(this.#tail.takeWith(chunk))
  }

  end(): readonly Frame[] {
    this.#tail.clear()
    return NO_FRAMES
  }

  #decode(bytes: Uint8Array): readonly Frame[] {
    const frames: Frame[] = []
    let at = 0
    for (;;) {
      const body = this.#readHead(bytes, at)
      if (body === undefined) {
        this.#needed = bytes.length - at + 1
        break
      }
      if (body instanceof Error) {
        this.#failure = body
        return frames
      }
      const end = body.start + body.length
      if (end > bytes.length) {
        this.#needed = end - at
        break
      }
      frames.push(textOf(bytes.subarray(body.start, end)))
      at = end
    }
    if (at < bytes.length) this.#tail.push(bytes.subarray(at))
    return frames
  }
}

/** Byte arrays one behind the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
