import type { Dialect } from "../dialect/dialect.ts"
import { InvalidRequestError, ParseError } from "../message/errors.ts"
import type { BatchMessage, ErrorObject, InvalidMessage, Message, RequestMessage } from "../message/message.ts"
import { DEFAULT_PARSE_LIMITS, parseMessage, type ParseLimits } from "../message/parse.ts"
import { errorText, resultText } from "../message/serialise.ts"
import { IncomingBatch, type BatchSlot } from "./batch.ts"
import { PendingCalls, type CallingEvent, type PendingCall, type PlacedResponse } from "./pending-calls.ts"

/** A request that came in, and its place when it came in a batch. */
export interface IncomingCall extends RequestMessage {
  readonly slot?: BatchSlot
}

/** What a text that came in means. */
export type EngineEvent<Call> = IncomingCall | CallingEvent<Call>

/** What an engine can be told. */
export interface EngineOptions {
  readonly limits?: ParseLimits
  readonly dialect?: Dialect | undefined
}

/**
 * One side of a connection, without any I/O, in both roles: {@link PendingCalls} know our own calls, the rest is what
 * serving takes. Requests come out as events, to be answered with the texts of `reply` and `replyError`.
 */
export class Engine<Call extends PendingCall> extends PendingCalls<Call> {
  readonly #limits: ParseLimits
  readonly #dialect: Dialect | undefined

  constructor({ limits = DEFAULT_PARSE_LIMITS, dialect }: EngineOptions = {}) {
    super()
    this.#limits = limits
    this.#dialect = dialect
  }

  /**
   * The text that answers a request, or `undefined` when the rest of its batch has to be waited for.
   * Throws a TypeError when the result is no JSON.
   */
  reply(request: IncomingCall, result: unknown): string | undefined {
    return inPlace(request.slot, resultText(request.exactId ?? request.id, result))
  }

  /** As {@link reply}, with an error. */
  replyError(request: IncomingCall, error: ErrorObject): string | undefined {
    return inPlace(request.slot, this.#errorText(request, error))
  }

  /** The text of the rest of the batch, if any, when a request of it is not to be answered. */
  leaveUnanswered({ slot }: IncomingCall): string | undefined {
    return slot?.batch.put(slot.index, undefined)
  }

  /** Takes a text that came in. Never throws. */
  receive(text: string): readonly EngineEvent<Call>[] {
    const message = parseMessage(text, this.#limits)
    switch (message.kind) {
      case "request":
        return [this.#incoming(message)]
      case "notification":
        return [message]
      case "result":
      case "error":
        return this.settle(message, text)
      case "invalid":
        return this.#isBrokenResponse(message)
          ? this.settle(message, text)
          : [{ kind: "reply", text: this.#refusal(message) }]
      case "batch":
        return this.#receiveBatch(message, text)
      case "unparsable":
        return this.receiveUnreadable(message.reason)
    }
  }

  /** Takes note of something that came in and is no text at all. */
  receiveUnreadable(reason: string): readonly EngineEvent<Call>[] {
    return [{ kind: "reply", text: this.#errorText(NAMELESS, new ParseError(reason).toObject()) }]
  }

  #receiveBatch({ messages }: BatchMessage, text: string): EngineEvent<Call>[] {
    const batch = new IncomingBatch(messages.length, messages.filter((message) => this.#isToBeAnswered(message)).length)
    const events: EngineEvent<Call>[] = []
    const responses: PlacedResponse[] = []
    for (const [index, message] of messages.entries()) {
      if (message.kind === "request") {
        events.push({ ...this.#incoming(message), slot: { batch, index } })
      } else if (message.kind === "notification") {
        events.push(message)
      } else if (this.#isToBeAnswered(message)) {
        const text = batch.put(index, this.#refusal(message as InvalidMessage))
        if (text !== undefined) events.push({ kind: "reply", text })
      } else {
        responses.push({ message, index })
      }
    }
    return responses.length === 0 ? events : [...events, ...this.settleBatch(responses, text)]
  }

  #isToBeAnswered(message: Message): boolean {
    return message.kind === "request" || (message.kind === "invalid" && !this.#isBrokenResponse(message))
  }

  #isBrokenResponse(message: InvalidMessage): boolean {
    return message.of === "response" || (message.of === "either" && this.pending.has(message.id))
  }

  #incoming(message: RequestMessage): IncomingCall {
    const requestId = this.#dialect?.requestId
    return requestId === undefined ? message : { ...message, id: requestId(message.id) }
  }

  #refusal(message: InvalidMessage): string {
    return this.#errorText(message, new InvalidRequestError(message.reason).toObject())
  }

  #errorText({ id, exactId }: Pick<RequestMessage, "id" | "exactId">, error: ErrorObject): string {
    return errorText(exactId ?? id, this.#dialect?.errorObject?.(error) ?? error)
  }
}

/** Nobody can tell which request it was. */
const NAMELESS = { id: null }

function inPlace(slot: BatchSlot | undefined, text: string): string | undefined {
  return slot === undefined ? text : slot.batch.put(slot.index, text)
}
