import type { Codec } from "@dchat/wire"
import type { Metering } from "../channel/metering.ts"
import { NetError } from "../errors.ts"

/** The longest command, in bytes of UTF-8 (darkfi-net 2.3). */
export const MAX_COMMAND_BYTES = 255

/** A kind of message: all that a channel must know of it. Made by {@link defineMessage}. */
export interface MessageType<T> {
  /** The name that its packets bear, 1 to {@link MAX_COMMAND_BYTES} bytes. */
  readonly command: string
  /** The payload. */
  readonly codec: Codec<T>
  /** The longest payload that is sent or accepted, in bytes. A peer that claims more is cut off before it is read. */
  readonly maxBytes: number
  /** What each one costs its sender. */
  readonly metering: Metering
}

/** The value that messages of a type carry. */
export type MessageOf<M extends MessageType<unknown>> = M extends MessageType<infer T> ? T : never

/** A message that cannot be defined, or a value that cannot be sent as one. */
export class MessageError extends NetError {
  override readonly name = "MessageError"
  readonly code: "bad-definition" | "too-large" | "command-taken"

  constructor(code: MessageError["code"], message: string) {
    super(message)
    this.code = code
  }
}

/**
 * Defines a message. Every bound must be said: what the reference leaves without a limit has one here.
 *
 * @throws {MessageError} `bad-definition` if the command or the limit is impossible
 */
export function defineMessage<T>(type: MessageType<T>): MessageType<T> {
  const length = new TextEncoder().encode(type.command).length
  if (length === 0 || length > MAX_COMMAND_BYTES) {
    throw new MessageError(
      "bad-definition",
      `a command has 1 to ${MAX_COMMAND_BYTES} bytes, "${type.command}" has ${length}`,
    )
  }
  if (!Number.isSafeInteger(type.maxBytes) || type.maxBytes < 0) {
    throw new MessageError(
      "bad-definition",
      `maxBytes of "${type.command}" is ${type.maxBytes}, not a whole number of bytes`,
    )
  }
  return Object.freeze({ ...type })
}
