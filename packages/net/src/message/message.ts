import type { Codec } from "@dchat/wire"
import { NetError } from "../errors.ts"
import type { Metering } from "./metering.ts"

/** The longest command, in bytes of UTF-8 (darkfi-net 2.3). */
export const MAX_COMMAND_BYTES = 255

/** What a message is defined by. */
export interface MessageDefinition<T> {
  /** The name that its packets bear, 1 to {@link MAX_COMMAND_BYTES} bytes. */
  readonly command: string
  /** The payload. */
  readonly codec: Codec<T>
  /** The longest payload that is sent or accepted, in bytes. A peer that claims more is cut off before it is read. */
  readonly maxBytes: number
  /** What each one costs its sender. */
  readonly metering: Metering
  /**
   * Goes ahead of what waits for a peer that reads slowly. For what is small, seldom and worth nothing later, as a heartbeat
   * is: the rest waits for it. Default false.
   */
  readonly urgent?: boolean
}

/** A kind of message: all that a channel must know of it. Made by {@link defineMessage}. */
export interface MessageType<T> extends MessageDefinition<T> {
  /** The command in UTF-8. */
  readonly commandBytes: Uint8Array
  readonly urgent: boolean
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
export function defineMessage<T>(definition: MessageDefinition<T>): MessageType<T> {
  const { command, codec, maxBytes, metering, urgent = false } = definition
  const commandBytes = new TextEncoder().encode(command)
  const { length } = commandBytes
  if (length === 0 || length > MAX_COMMAND_BYTES) {
    throw new MessageError(
      "bad-definition",
      `a command has 1 to ${MAX_COMMAND_BYTES} bytes, "${command}" has ${length}`,
    )
  }
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 0) {
    throw new MessageError("bad-definition", `maxBytes of "${command}" is ${maxBytes}, not a whole number of bytes`)
  }
  return Object.freeze({ command, codec, maxBytes, metering, urgent, commandBytes })
}
