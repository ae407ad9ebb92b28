import type { Dialect } from "../dialect/dialect.ts"
import { InvalidRequestError, ParseError, rpcErrorFrom, type RpcError } from "../message/errors.ts"
import type {
  BatchMessage,
  ErrorMessage,
  ErrorObject,
  Id,
  InvalidMessage,
  Message,
  NotificationMessage,
  Params,
  RequestMessage,
  ResultMessage,
} from "../message/message.ts"
import { JsonText } from "../message/json-text.ts"
import { DEFAULT_PARSE_LIMITS, parseMessage, type ParseLimits } from "../message/parse.ts"
import { batchText, errorText, notificationText, requestText, resultText } from "../message/serialise.ts"
import { itemTexts, memberTexts } from "../message/slice.ts"
import { IncomingBatch, type BatchSlot, type OutgoingBatch } from "./batch.ts"
import { InvalidResponseError, MissingResponseError } from "./errors.ts"

/** A call that waits for its answer. Whoever drives the engine extends it with what the answer is for. */
export class PendingCall {
  /** Given by the engine: 1, 2, 3 and so on. 0 before. */
  id = 0
  /** The batch that it went out in. */
  batch: OutgoingBatch | undefined = undefined
  /** Whether its result is wanted as the text that it came as. */
  wantsText = false
}

/** A request that came in, and its place when it came in a batch. */
export interface IncomingCall extends RequestMessage {
  readonly slot?: BatchSlot
}

/** Why a call failed, as far as the texts that came in can tell. */
export type CallFailure = RpcError | InvalidResponseError | MissingResponseError

/** What a text that came in means. */
export type EngineEvent<Call> =
  | IncomingCall
  | NotificationMessage
  /** A call of ours went well. */
  | { readonly kind: "resolved"; readonly call: Call; readonly value: unknown }
  /** A call of ours failed. */
  | { readonly kind: "rejected"; readonly call: Call; readonly error: CallFailure }
  /** Something that has to be sent. */
  | { readonly kind: "reply"; readonly text: string }
  /** A response that belongs to no call: late, or to a message that the other side could not read. */
  | { readonly kind: "stray"; readonly error: RpcError | undefined; readonly late: boolean }

/** One entry of a batch to be sent. Without a `call` it is a notification. */
export interface BatchEntry<Call> {
  readonly method: string
  readonly params: Params | undefined
  readonly call: Call | undefined
}

/** What an engine can be told. */
export interface EngineOptions {
  readonly limits?: ParseLimits
  readonly dialect?: Dialect | undefined
}

/**
 * One side of a connection, without any I/O: texts go in, events come out, and what is to be sent is returned. It gives
 * ids, knows which calls wait, and puts batches together. Both roles at once: either side may call the other.
 */
export class Engine<Call extends PendingCall> {
  readonly #limits: ParseLimits
  readonly #dialect: Dialect | undefined
  readonly #pending = new Map<Id, Call>()
  #lastId = 0

  constructor({ limits = DEFAULT_PARSE_LIMITS, dialect }: EngineOptions = {}) {
    this.#limits = limits
    this.#dialect = dialect
  }

  /** The calls that wait for their answer, oldest first. */
  get pending(): ReadonlyMap<Id, Call> {
    return this.#pending
  }

  /** The id that was given last. */
  get lastId(): number {
    return this.#lastId
  }

  /** The text of a request, whose answer will settle `call`. Throws a TypeError when the parameters are no JSON. */
  request(method: string, params: Params | undefined, call: Call): string {
    const text = requestText(this.#lastId + 1, method, params)
    call.id = ++this.#lastId
    this.#pending.set(call.id, call)
    return text
  }

  /** The text of a notification. Throws a TypeError when the parameters are no JSON. */
  notify(method: string, params: Params | undefined): string {
    return notificationText(method, params)
  }

  /** The text of a batch, which must not be empty. Throws a TypeError when parameters are no JSON; no call of it waits then. */
  batch(entries: readonly BatchEntry<Call>[]): string {
    const calls: Call[] = []
    const texts = entries.map(({ method, params, call }) => {
      if (call === undefined) return notificationText(method, params)
      calls.push(call)
      return requestText(this.#lastId + calls.length, method, params)
    })
    const batch: OutgoingBatch = { open: calls.length }
    for (const call of calls) {
      call.id = ++this.#lastId
      call.batch = batch
      this.#pending.set(call.id, call)
    }
    return batchText(texts)
  }

  /** Stops waiting for the answer of a call; when it comes, it is ignored. False when the call does not wait. */
  forget(call: Call): boolean {
    if (!this.#pending.delete(call.id)) return false
    if (call.batch !== undefined) call.batch.open--
    return true
  }

  /**
   * The text that answers a request, or `undefined` when the rest of its batch has to be waited for.
   * Throws a TypeError when the result is no JSON.
   */
  reply(request: IncomingCall, result: unknown): string | undefined {
    return inPlace(request.slot, resultText(request.id, result))
  }

  /** As {@link reply}, with an error. */
  replyError(request: IncomingCall, error: ErrorObject): string | undefined {
    return inPlace(request.slot, this.#errorText(request.id, error))
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
        return [this.#settle(message, text)]
      case "error":
        return message.id === null ? this.#settleNameless(rpcErrorFrom(message.error)) : [this.#settle(message)]
      case "invalid":
        return this.#isBrokenResponse(message)
          ? [this.#settle(message)]
          : [{ kind: "reply", text: this.#refusal(message) }]
      case "batch":
        return this.#receiveBatch(message, text)
      case "unparsable":
        return this.receiveUnreadable(message.reason)
    }
  }

  /** Takes note of something that came in and is no text at all. */
  receiveUnreadable(reason: string): readonly EngineEvent<Call>[] {
    return [{ kind: "reply", text: this.#errorText(null, new ParseError(reason).toObject()) }]
  }

  #receiveBatch({ messages }: BatchMessage, text: string): EngineEvent<Call>[] {
    const toBeAnswered = messages.map((message) => this.#isToBeAnswered(message))
    const batch = new IncomingBatch(messages.length, toBeAnswered.filter(Boolean).length)
    const events: EngineEvent<Call>[] = []
    const answered = new Set<OutgoingBatch>()
    let texts: string[] | undefined
    for (const [index, message] of messages.entries()) {
      if (message.kind === "request") {
        events.push({ ...this.#incoming(message), slot: { batch, index } })
      } else if (message.kind === "notification") {
        events.push(message)
      } else if (message.kind === "invalid" && toBeAnswered[index] === true) {
        const text = batch.put(index, this.#refusal(message))
        if (text !== undefined) events.push({ kind: "reply", text })
      } else {
        const call = this.#pending.get(message.id)
        if (call?.batch !== undefined) answered.add(call.batch)
        events.push(this.#settle(message, call?.wantsText === true ? (texts ??= itemTexts(text))[index] : undefined))
      }
    }
    for (const group of answered) {
      // The other side has answered the batch: what it left out will not come any more.
      for (const call of this.#callsOf(group)) events.push(this.#fail(call, new MissingResponseError()))
    }
    return events
  }

  #isToBeAnswered(message: Message): boolean {
    return message.kind === "request" || (message.kind === "invalid" && !this.#isBrokenResponse(message))
  }

  #isBrokenResponse(message: InvalidMessage): boolean {
    return message.of === "response" || (message.of === "either" && this.#pending.has(message.id))
  }

  #incoming(message: RequestMessage): IncomingCall {
    const requestId = this.#dialect?.requestId
    return requestId === undefined ? message : { ...message, id: requestId(message.id) }
  }

  #refusal(message: InvalidMessage): string {
    return this.#errorText(message.id, new InvalidRequestError(message.reason).toObject())
  }

  /** @param text Of the message, for calls that want it. */
  #settle(message: ResultMessage | ErrorMessage | InvalidMessage, text = "{}"): EngineEvent<Call> {
    const call = this.#pending.get(message.id)
    if (call === undefined) {
      const error = message.kind === "error" ? rpcErrorFrom(message.error) : undefined
      return { kind: "stray", error, late: this.#isOurs(message.id) }
    }
    switch (message.kind) {
      case "result":
        this.forget(call)
        return { kind: "resolved", call, value: call.wantsText ? memberOf(text, "result") : message.result }
      case "error":
        return this.#fail(call, rpcErrorFrom(message.error))
      case "invalid":
        return this.#fail(call, new InvalidResponseError(`not a JSON-RPC response: ${message.reason}`, message.payload))
    }
  }

  /**
   * An error without an id: the other side could not tell which message it is about. When only one of ours waits, a call
   * or a batch, it is that one.
   */
  #settleNameless(error: RpcError): EngineEvent<Call>[] {
    const [oldest] = this.#pending.values()
    const waiting = this.#pending.size
    const isTheOnlyOne = waiting === 1 || (waiting > 0 && oldest?.batch?.open === waiting)
    if (!isTheOnlyOne) return [{ kind: "stray", error, late: false }]
    return [...this.#pending.values()].map((call) => this.#fail(call, error))
  }

  #callsOf(batch: OutgoingBatch): Call[] {
    if (batch.open === 0) return []
    return [...this.#pending.values()].filter((call) => call.batch === batch)
  }

  #fail(call: Call, error: CallFailure): EngineEvent<Call> {
    this.forget(call)
    return { kind: "rejected", call, error }
  }

  #isOurs(id: Id): boolean {
    return typeof id === "number" && id >= 1 && id <= this.#lastId
  }

  #errorText(id: Id, error: ErrorObject): string {
    return errorText(id, this.#dialect?.errorObject?.(error) ?? error)
  }
}

/** The text of a member of a message. */
function memberOf(text: string, name: string): JsonText {
  return new JsonText(memberTexts(text).get(name) ?? "null")
}

function inPlace(slot: BatchSlot | undefined, text: string): string | undefined {
  return slot === undefined ? text : slot.batch.put(slot.index, text)
}
