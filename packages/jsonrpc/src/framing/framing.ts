import { JsonRpcError } from "../message/rpc-error.ts"

/** Something that came in the place of a message and cannot be read as text. Costs one error reply. */
export interface Unreadable {
  readonly reason: string
}

/** One message as the bytes gave it. */
export type Frame = string | Unreadable

/** Why a stream of bytes cannot be read any further. */
export type FramingErrorCode = "message-too-long" | "http-request" | "bad-header" | "unreadable"

/** What came in breaks the framing itself; the connection has to be closed. */
export class FramingError extends JsonRpcError {
  override readonly name = "FramingError"
  readonly code: FramingErrorCode

  constructor(code: FramingErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** Cuts a stream of bytes into messages, whatever the chunks it comes in. One decoder reads one stream. */
export interface FrameDecoder {
  /** Takes the next bytes; gives the messages that end in them. After a failure it gives none. Never throws. */
  push(chunk: Uint8Array): readonly Frame[]
  /** The stream has ended: gives the message that its end completes, if any. */
  end(): readonly Frame[]
  /** Why the rest cannot be read. */
  readonly failure: FramingError | undefined
}

/** How messages lie in a stream of bytes. One value serves any number of connections. */
export interface Framing {
  /** The longest message that a decoder takes, in bytes. Default: it does not say. */
  readonly maxBytes?: number
  decoder(): FrameDecoder
  /** The bytes of messages, in order. */
  encode(texts: readonly string[]): Uint8Array
}

/** The longest message when nobody says otherwise, in bytes: 16 MiB. */
export const DEFAULT_MAX_BYTES = 16 * 1024 * 1024
