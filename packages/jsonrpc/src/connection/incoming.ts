import type { Clock, Log } from "@dchat/runtime"
import { ErrorCode, InternalError, RpcError, ServerError } from "../message/errors.ts"
import type { Id, NotificationMessage, Params } from "../message/message.ts"
import type { IncomingCall } from "./engine.ts"
import { IncomingRequest, type RequestPort } from "./incoming-request.ts"
import type { Peer } from "./peer.ts"
import { RequestQueue } from "./request-queue.ts"
import type { Dialect } from "../dialect/dialect.ts"
import type { SpelledMessage } from "../dialect/subscription-spelling.ts"
import type { AcceptOptions, SubscriptionSink } from "../subscription/sink.ts"

/**
 * Answers a request: with what it returns, or with what its promise gives. What it throws is the error of the answer when
 * it is an {@link RpcError}; anything else becomes -32603, and is told to the log only.
 */
export type Handler = (request: IncomingRequest) => unknown

/** What {@link Incoming} is made from. */
export interface IncomingOptions {
  readonly connection: Peer
  readonly handler: Handler | undefined
  readonly maxInFlight: number
  readonly exposeErrors: boolean
  readonly dialect: Dialect | undefined
  readonly tell: (message: SpelledMessage) => void
  readonly clock: Pick<Clock, "now">
  readonly log: Log
  /** Sends the answer to a call. Throws a TypeError when it is no JSON. */
  readonly reply: (call: IncomingCall, result: unknown) => void
  readonly replyError: (call: IncomingCall, error: RpcError) => void
  /** Begins to serve a subscription, and answers the call to it. */
  readonly accept: (call: IncomingCall, options: AcceptOptions) => SubscriptionSink
  /** A request is done with. */
  readonly onReleased: () => void
  readonly keepsUp: () => Promise<void>
}

/** The requests and notifications of the other side: hands them to the handler, or to the loops over `requests()`. */
export class Incoming implements RequestPort {
  readonly connection: Peer
  readonly #options: IncomingOptions
  readonly #queue: RequestQueue | undefined
  readonly #dispatch: (request: IncomingRequest) => void
  #inFlight = 0
  #dropped = 0
  /** Those of requests whose signal somebody has read. */
  #aborts: Set<AbortController> | undefined
  /** By id, where the dialect can cancel. Of two with one id, the later. */
  readonly #cancellable: Map<Id, IncomingRequest> | undefined
  #failures = 0

  constructor(options: IncomingOptions) {
    this.connection = options.connection
    this.#options = options
    this.#cancellable = options.dialect?.cancellation !== undefined ? new Map() : undefined
    const { handler } = options
    if (handler === undefined) {
      const queue = new RequestQueue((request) => {
        if (request.isNotification) this.#release()
      })
      this.#queue = queue
      this.#dispatch = (request) => queue.put(request)
    } else {
      this.#dispatch = (request) => this.#handle(handler, request)
    }
  }

  /** Requests and notifications that are being worked on. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** Requests refused and notifications dropped because too many were in flight. */
  get dropped(): number {
    return this.#dropped
  }

  requests(): AsyncIterableIterator<IncomingRequest> {
    if (this.#queue === undefined) throw new Error("this connection has a handler, which gets its requests")
    return this.#queue
  }

  /** @param text That the message came in. */
  take(message: IncomingCall | NotificationMessage, text: string): void {
    if (this.#inFlight >= this.#options.maxInFlight) {
      this.#dropped++
      this.refuse(message, new ServerError(ErrorCode.server, "too many requests at once"))
      return
    }
    this.#inFlight++
    const request = new IncomingRequest(this, message, text)
    if (message.kind === "request") this.#cancellable?.set(message.id, request)
    this.#dispatch(request)
  }

  /** Tells the handler of a request that nobody waits for its answer. */
  cancel(id: Id): void {
    this.#cancellable?.get(id)?.cancel()
  }

  /** Answers a request without a look at it. */
  refuse(message: IncomingCall | NotificationMessage, error: RpcError): void {
    if (message.kind === "request") this.#options.replyError(message, error)
  }

  close(): void {
    this.#queue?.close()
    for (const controller of this.#aborts ?? []) controller.abort()
    this.#aborts = undefined
  }

  reply(call: IncomingCall, result: unknown): void {
    this.#options.reply(call, result)
    this.#cancellable?.delete(call.id)
    this.#release()
  }

  replyError(call: IncomingCall, error: RpcError): void {
    this.#options.replyError(call, error)
    this.#cancellable?.delete(call.id)
    this.#release()
  }

  accept(call: IncomingCall, options: AcceptOptions): SubscriptionSink {
    const sink = this.#options.accept(call, options)
    this.#cancellable?.delete(call.id)
    this.#release()
    return sink
  }

  progress(params: Params | undefined, value: unknown): void {
    const spelling = this.#options.dialect?.progress
    const token = spelling?.tokenOf(params)
    if (spelling !== undefined && token !== undefined) this.#options.tell(spelling.progress(token, value))
  }

  timeoutOf(params: Params | undefined): number | undefined {
    return this.#options.dialect?.deadline?.read(params)
  }

  abortOnClose(controller: AbortController): void {
    if (this.connection.status === "closing" || this.connection.status === "closed") controller.abort()
    else (this.#aborts ??= new Set()).add(controller)
  }

  forget(controller: AbortController): void {
    this.#aborts?.delete(controller)
  }

  keepsUp(): Promise<void> {
    return this.#options.keepsUp()
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
    if (request.isNotification) return this.#release()
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
      if (request.isNotification) this.#release()
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
    const reference = `${this.#options.clock.now().toString(36)}-${++this.#failures}`
    this.#options.log.error(`the handler of ${JSON.stringify(request.method)} failed`, { reference, error })
    return new InternalError(this.#options.exposeErrors ? { reference, message: textOf(error) } : { reference })
  }

  #release(): void {
    this.#inFlight--
    this.#options.onReleased()
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function isPromise(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function"
}
