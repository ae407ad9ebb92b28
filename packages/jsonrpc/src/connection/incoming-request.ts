import { InvalidRequestError, ServerError } from "../message/errors.ts"
import type { RpcError } from "../message/rpc-error.ts"
import { ServerCode } from "../message/server-code.ts"
import type { Id, Params } from "../message/message.ts"
import { memberTexts } from "../message/slice.ts"
import type { IncomingCall, IncomingNotification } from "./engine.ts"
import type { Peer } from "./peer.ts"
import type { AcceptOptions, SubscriptionSink } from "../subscription/sink.ts"

/** What a request needs of the connection that it came from. One for all requests of a connection. */
export interface RequestPort {
  readonly connection: Peer
  /** Sends the answer to a call of that size. Throws a TypeError when it is no JSON; then nothing was sent. */
  reply(call: IncomingCall, result: unknown, size: number): void
  replyError(call: IncomingCall, error: RpcError, size: number): void
  /** Resolves with whether the reply has left. */
  whenReplied(call: IncomingCall): Promise<boolean>
  /** Begins to serve a subscription, and answers the call. Throws a `ServerError` when there are too many; nothing was sent then. */
  accept(call: IncomingCall, options: AcceptOptions, size: number): SubscriptionSink
  /** Tells the caller how far it has come, if the caller has asked for that. */
  progress(params: Params | undefined, value: unknown): void
  /** How long the caller waits, in milliseconds, if it has said so. */
  timeoutOf(params: Params | undefined): number | undefined
  /** Has the controller aborted when the connection closes. */
  abortOnClose(controller: AbortController): void
  forget(controller: AbortController): void
  /** Resolves when the other side keeps up with reading. */
  keepsUp(): Promise<void>
}

/** A request or a notification that the other side has sent. */
export class IncomingRequest {
  /** How long its text is, in bytes. One of a batch has its share of the batch. */
  readonly size: number
  readonly #port: RequestPort
  readonly #message: IncomingCall | IncomingNotification
  readonly #text: string
  #status: "waiting" | "answered" = "waiting"
  #abort: AbortController | undefined
  #sink: SubscriptionSink | undefined

  constructor(port: RequestPort, message: IncomingCall | IncomingNotification, text: string, size: number) {
    this.#port = port
    this.#message = message
    this.#text = text
    this.size = size
  }

  /** Where it came from: its `state` is what was kept of this peer before, and through it the peer can be called back. */
  get connection(): Peer {
    return this.#port.connection
  }

  get method(): string {
    return this.#message.method
  }

  /** By position, by name, or `undefined` when the message has none. */
  get params(): Params | undefined {
    return this.#message.params
  }

  /**
   * The parameters as the text that they came as; `undefined` when there are none. Looked for when it is read.
   */
  get paramsText(): string | undefined {
    const { params, slot } = this.#message
    if (params === undefined) return undefined
    const text = slot === undefined ? this.#text : slot.batch.textAt(slot.index, this.#text)
    return memberTexts(text).get("params")
  }

  /** The id of a request; `undefined` for a notification. */
  get id(): Id | undefined {
    return this.#message.kind === "request" ? this.#message.id : undefined
  }

  /** Whether nobody waits for an answer. */
  get isNotification(): boolean {
    return this.#message.kind === "notification"
  }

  /** Whether it needs no answer: it was given one, or is a notification. */
  get isAnswered(): boolean {
    return this.#status === "answered" || this.isNotification
  }

  /** Where the items of the subscription go, once it was accepted. */
  get sink(): SubscriptionSink | undefined {
    return this.#sink
  }

  /**
   * Aborted when nobody wants the answer any more: the connection closes before it, or the caller has cancelled. Of a
   * subscription: when that is over. Made when first read.
   */
  get signal(): AbortSignal {
    return this.#controller().signal
  }

  /** How long the caller waits, in milliseconds from when it sent the request, where the dialect lets it say so. */
  get timeoutMs(): number | undefined {
    return this.#port.timeoutOf(this.params)
  }

  /**
   * Tells the caller how far the call has come. Does nothing when the caller has not asked, the dialect has no way to say
   * it, or the request is answered. Resolves when the other side keeps up with reading.
   */
  progress(value: unknown): Promise<void> {
    if (this.#status === "waiting") this.#port.progress(this.params, value)
    return this.#port.keepsUp()
  }

  /**
   * Aborts {@link signal}: nobody waits for the answer any more, or not for so long. `reason` is the signal's reason, and so
   * the answer of a handler that lets it through. Default: error -32003.
   */
  cancel(reason: RpcError = new ServerError(ServerCode.cancelled, "cancelled")): void {
    this.#controller().abort(reason)
  }

  /**
   * Answers the request; `undefined` goes out as `null`. To answer a notification does nothing. An answer that is longer
   * than the limit `maxSendBytes` goes out as error -32008.
   *
   * @returns Resolves when the other side keeps up with reading, or has gone. Never rejects.
   * @throws Error when the request was answered before; TypeError when the result is no JSON, and it can be answered again.
   */
  reply(result: unknown): Promise<void> {
    this.#checkUnanswered()
    if (this.#message.kind === "request") this.#port.reply(this.#message, result, this.size)
    this.#done()
    return this.#port.keepsUp()
  }

  /** As {@link reply}, with an error. */
  replyError(error: RpcError): Promise<void> {
    this.#checkUnanswered()
    if (this.#message.kind === "request") this.#port.replyError(this.#message, error, this.size)
    this.#done()
    return this.#port.keepsUp()
  }

  /**
   * For what is to begin after the answer. Resolves with `true` when the answer has left, which is to say that it was given
   * to the transport, with the rest of its batch if it came in one. Resolves with `false` when it cannot leave: the
   * connection closes before, or it is a notification. To be called before the request is answered; throws an Error later.
   */
  whenReplied(): Promise<boolean> {
    this.#checkUnanswered()
    return this.#message.kind === "request" ? this.#port.whenReplied(this.#message) : Promise.resolve(false)
  }

  /**
   * Answers the request as one that subscribes: what goes into the sink comes to the subscriber, until one of the two ends
   * it. To refuse it, use {@link replyError}.
   *
   * @throws Error when the request was answered before; an `RpcError`, which may be thrown on as the answer, when the other
   * side has too many subscriptions or has sent a notification.
   */
  accept<Item = unknown>(options: AcceptOptions = {}): SubscriptionSink<Item> {
    this.#checkUnanswered()
    if (this.#message.kind === "notification") throw new InvalidRequestError("to subscribe takes a request with an id")
    const sink = this.#port.accept(this.#message, options, this.size)
    this.#status = "answered"
    this.#sink = sink
    void sink.closed.then(() => this.#endSubscription())
    return sink
  }

  #endSubscription(): void {
    if (this.#abort === undefined) return
    this.#port.forget(this.#abort)
    this.#abort.abort()
  }

  #controller(): AbortController {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      if (this.#sink?.isClosed === true) this.#abort.abort()
      else this.#port.abortOnClose(this.#abort)
    }
    return this.#abort
  }

  #checkUnanswered(): void {
    if (this.#status === "answered")
      throw new Error(`the request for ${JSON.stringify(this.method)} is answered already`)
  }

  #done(): void {
    this.#status = "answered"
    if (this.#abort !== undefined) this.#port.forget(this.#abort)
  }
}
