import { silentLog, type Clock } from "@dchat/runtime"
import { plainSubscriptions, type SpelledMessage } from "../dialect/subscription-spelling.ts"
import { InternalError, ServerError } from "../message/errors.ts"
import { ErrorCode, RpcError } from "../message/rpc-error.ts"
import type { Id, NotificationMessage, Params } from "../message/message.ts"
import { ServedSubscriptions } from "../subscription/served.ts"
import type { AcceptOptions, SubscriptionSink } from "../subscription/sink.ts"
import type { ConnectionCounters } from "./counters.ts"
import type { Engine, IncomingCall } from "./engine.ts"
import type { Handler } from "./handler.ts"
import { IncomingRequest, type RequestPort } from "./incoming-request.ts"
import type { ConnectionLimits } from "./limits.ts"
import type { ConnectionOptions } from "./options.ts"
import type { Peer } from "./peer.ts"
import { ReplyWatch } from "./reply-watch.ts"
import { RequestQueue } from "./request-queue.ts"

/** What a {@link ServingHalf} needs of its connection. */
export interface ServingPort {
  readonly connection: Peer
  readonly clock: Pick<Clock, "now" | "defer">
  readonly counters: ConnectionCounters
  readonly engine: Pick<Engine<never>, "reply" | "replyError" | "leaveUnanswered">
  readonly limits: ConnectionLimits
  readonly options: Pick<ConnectionOptions, "dialect" | "exposeErrors" | "handler" | "log">
  /** Sends a text as soon as the turn ends. */
  write(text: string): void
  /** Sends a message whose answer, if there is one, does not matter. */
  tell(message: SpelledMessage): void
  /** A request is done with. */
  onReleased(): void
  /** Whether the other side reads more slowly than it is sent to. */
  isCongested(): boolean
  /** Resolves when the other side keeps up with reading. */
  keepsUp(): Promise<void>
}

/**
 * The serving half of a connection: hands the requests and notifications of the other side to the handler, or to the
 * loops over `requests()`, and knows what is being worked on. Made when the first of them comes.
 */
export class ServingHalf implements RequestPort {
  readonly #port: ServingPort
  #queue: RequestQueue | undefined
  #inFlight = 0
  #bytesInFlight = 0
  #failures = 0
  /** Those of requests whose signal somebody has read. */
  #aborts: Set<AbortController> | undefined
  /** By id, where the dialect can cancel. Of two with one id, the later. */
  #cancellable: Map<Id, IncomingRequest> | undefined
  #subscriptions: ServedSubscriptions | undefined
  #replies: ReplyWatch | undefined

  constructor(port: ServingPort) {
    this.#port = port
  }

  get connection(): Peer {
    return this.#port.connection
  }

  /** Requests and notifications that are being worked on. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** Their texts, in bytes. */
  get bytesInFlight(): number {
    return this.#bytesInFlight
  }

  /** Whether as much is being worked on as may be. */
  get isFull(): boolean {
    const { maxInFlight, maxInFlightBytes } = this.#port.limits
    return this.#inFlight >= maxInFlight || this.#bytesInFlight >= maxInFlightBytes
  }

  requests(): AsyncIterableIterator<IncomingRequest> {
    if (this.#port.options.handler !== undefined)
      throw new Error("this connection has a handler, which gets its requests")
    return (this.#queue ??= new RequestQueue((request) => {
      if (request.isNotification) this.#release(request.size)
    }))
  }

  /** @param text That the message came in. @param size Of the message, in bytes. */
  take(message: IncomingCall | NotificationMessage, text: string, size: number): void {
    if (this.isFull) {
      this.#port.counters[message.kind === "request" ? "requestsRefused" : "notificationsDropped"]++
      return this.refuse(message, new ServerError(ErrorCode.server, "too many requests at once"))
    }
    this.#inFlight++
    this.#bytesInFlight += size
    const request = new IncomingRequest(this, message, text, size)
    const { handler, dialect } = this.#port.options
    if (message.kind === "request" && dialect?.cancellation !== undefined) {
      this.#cancellable ??= new Map()
      this.#cancellable.set(message.id, request)
    }
    if (handler !== undefined) return this.#handle(handler, request)
    this.requests()
    this.#queue?.put(request)
  }

  /** Takes a message that ends a subscription served here; false when it is about something else. */
  unsubscribe(message: IncomingCall | NotificationMessage): boolean {
    const was = this.#subscriptions?.unsubscribe(message.method, message.params)
    if (was !== undefined && message.kind === "request") this.#write(message, this.#port.engine.reply(message, was))
    return was !== undefined
  }

  /** Tells the handler of a request that nobody waits for its answer. */
  cancel(id: Id): void {
    this.#cancellable?.get(id)?.cancel()
  }

  /** Answers a request without a look at it. */
  refuse(message: IncomingCall | NotificationMessage, error: RpcError): void {
    if (message.kind === "request") this.#write(message, this.#port.engine.replyError(message, error.toObject()))
  }

  /** Begins nothing new: what is served ends, and the subscribers are told. */
  finish(): void {
    this.#subscriptions?.closeAll()
  }

  /** The connection is gone. */
  close(): void {
    this.#queue?.close()
    for (const controller of this.#aborts ?? []) controller.abort()
    this.#aborts = undefined
    this.#subscriptions?.abandonAll()
    this.#replies?.close()
  }

  reply(call: IncomingCall, result: unknown, size: number): void {
    this.#write(call, this.#port.engine.reply(call, result))
    this.#answered(call, size)
  }

  replyError(call: IncomingCall, error: RpcError, size: number): void {
    this.#write(call, this.#port.engine.replyError(call, error.toObject()))
    this.#answered(call, size)
  }

  accept(call: IncomingCall, options: AcceptOptions, size: number): SubscriptionSink {
    const { engine, limits } = this.#port
    const spelling = this.#port.options.dialect?.subscriptions ?? plainSubscriptions
    this.#subscriptions ??= new ServedSubscriptions(spelling, this.#port, limits.maxSubscriptions)
    const sink = this.#subscriptions.open(call.method, options)
    this.#write(call, spelling.key === "id" ? engine.reply(call, sink.name.id) : engine.leaveUnanswered(call))
    this.#answered(call, size)
    return sink
  }

  whenReplied(call: IncomingCall): Promise<boolean> {
    const { status } = this.connection
    if (status === "closing" || status === "closed") return Promise.resolve(false)
    return (this.#replies ??= new ReplyWatch(this.#port.clock)).wait(call)
  }

  progress(params: Params | undefined, value: unknown): void {
    const spelling = this.#port.options.dialect?.progress
    const token = spelling?.tokenOf(params)
    if (spelling !== undefined && token !== undefined) this.#port.tell(spelling.progress(token, value))
  }

  timeoutOf(params: Params | undefined): number | undefined {
    return this.#port.options.dialect?.deadline?.read(params)
  }

  abortOnClose(controller: AbortController): void {
    const { status } = this.connection
    if (status === "closing" || status === "closed") controller.abort()
    else (this.#aborts ??= new Set()).add(controller)
  }

  forget(controller: AbortController): void {
    this.#aborts?.delete(controller)
  }

  keepsUp(): Promise<void> {
    return this.#port.keepsUp()
  }

  #handle(handler: Handler, request: IncomingRequest): void {
    let result: unknown
    let isLate: boolean
    try {
      result = handler(request)
      isLate = isPromise(result)
    } catch (error) {
      this.#fail(request, error)
      return
    }
    if (!isLate) return this.#finish(request, result)
    // A promise that is not the platform's may throw in its `then`, or settle twice.
    void Promise.resolve(result).then(
      (value) => this.#finish(request, value),
      (error: unknown) => this.#fail(request, error),
    )
  }

  #finish(request: IncomingRequest, result: unknown): void {
    if (request.isNotification) return this.#release(request.size)
    if (request.isAnswered) return
    try {
      void request.reply(result)
    } catch (error) {
      this.#fail(request, error)
    }
  }

  #fail(request: IncomingRequest, error: unknown): void {
    if (request.isAnswered) {
      const told = error instanceof RpcError ? error : this.#logFailure(request, error)
      request.sink?.close(told)
      if (request.isNotification) this.#release(request.size)
      return
    }
    try {
      void request.replyError(error instanceof RpcError ? error : this.#logFailure(request, error))
    } catch (unsendable) {
      void request.replyError(this.#logFailure(request, unsendable))
    }
  }

  /** Puts what happened into our own log, and gives the error by which the other side can ask about it. */
  #logFailure(request: IncomingRequest, error: unknown): InternalError {
    const { exposeErrors, log = silentLog } = this.#port.options
    const reference = `${this.#port.clock.now().toString(36)}-${++this.#failures}`
    log.error(`the handler of ${JSON.stringify(request.method)} failed`, { reference, error })
    return new InternalError(exposeErrors === true ? { reference, message: textOf(error) } : { reference })
  }

  #answered({ id }: IncomingCall, size: number): void {
    this.#cancellable?.delete(id)
    this.#release(size)
  }

  #release(size: number): void {
    this.#inFlight--
    this.#bytesInFlight -= size
    this.#port.onReleased()
  }

  #write(call: IncomingCall, text: string | undefined): void {
    if (text === undefined) return
    this.#port.write(text)
    this.#replies?.sent(call)
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function isPromise(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function"
}
