import { silentLog, type Clock, type Log, type Timer } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import type { Dialect } from "../dialect/dialect.ts"
import type { Frame } from "../framing/framing.ts"
import { ErrorCode, ServerError } from "../message/errors.ts"
import type { Id, NotificationMessage, Params } from "../message/message.ts"
import type { Transport } from "../transport/transport.ts"
import type { BatchCall, BatchOutcome, CallOptions, OutgoingCall } from "./call.ts"
import { Engine, type EngineEvent, type IncomingCall } from "./engine.ts"
import { ConnectionClosedError, type Sent } from "./errors.ts"
import { Incoming, type Handler } from "./incoming.ts"
import type { IncomingRequest } from "./incoming-request.ts"
import { Intake } from "./intake.ts"
import { mayMove, type ConnectionStatus } from "./lifecycle.ts"
import { DEFAULT_LIMITS, type ConnectionLimits } from "./limits.ts"
import { Outgoing, unsendable } from "./outgoing.ts"
import type { Peer } from "./peer.ts"
import { TurnSlice } from "./turn-slice.ts"
import { Writer } from "./writer.ts"
import { SubscriptionDesk } from "../subscription/desk.ts"
import type { SubscribeOptions, Subscription } from "../subscription/subscription.ts"
import type { AcceptOptions, SubscriptionSink } from "../subscription/sink.ts"
import type { SpelledMessage } from "../dialect/subscription-spelling.ts"

/** Options of a {@link Connection}. */
export interface ConnectionOptions {
  /**
   * Which side this is, as told by `isClient` and `isServer`; both sides may call. A server stops reading from a peer that
   * does not read; a client goes on, or the two could wait for each other for ever. Default `client`.
   */
  role?: "client" | "server"
  /** Answers the requests of the other side. Without one they wait for {@link Connection.requests}. */
  handler?: Handler
  /** How long a call waits for its answer, in milliseconds; `Infinity` for ever. Default 60 s. */
  timeoutMs?: number
  limits?: Partial<ConnectionLimits>
  dialect?: Dialect
  /** Whose life the connection is part of: when it aborts, the connection closes. Default: none. */
  signal?: AbortSignal | undefined
  /** Whether the other side is told what the error of a handler says. Default false: it gets a reference to our log. */
  exposeErrors?: boolean
  /** Default: the platform's. */
  clock?: Clock
  /** Default: says nothing. */
  log?: Log
}

const DEFAULT_TIMEOUT_MS = 60_000
/** How long the other side has to take the last bytes and to close, when we close. */
const LINGER_MS = 500
const TAKEN: Promise<void> = Promise.resolve()

/**
 * JSON-RPC on a transport. Either side may call the other; whoever holds a connection can do both: call the other side,
 * as a {@link Peer}, and answer it.
 *
 * Nothing of it waits for a handler, so that a slow one never holds up answers to our own calls.
 */
export class Connection implements Peer {
  readonly role: "client" | "server"
  readonly remote: string
  readonly closed: Promise<Error | undefined>
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #log: Log
  readonly #limits: ConnectionLimits
  readonly #timeoutMs: number
  readonly #engine: Engine<OutgoingCall>
  readonly #writer: Writer
  readonly #incoming: Incoming
  readonly #outgoing: Outgoing
  readonly #intake: Intake
  readonly #slice: TurnSlice
  readonly #dialect: Dialect | undefined
  #status: ConnectionStatus = "open"
  #desk: SubscriptionDesk | undefined
  /** Who wants to hear of the progress of calls on their way, by token. */
  #progress: Map<Id, (value: unknown) => void> | undefined
  #lastToken = 0
  #state: Map<unknown, unknown> | undefined
  #flow: "clear" | "congested" = "clear"
  #patience: Timer | undefined
  #patienceEnd = Infinity
  /** What went wrong, as far as anybody has said. */
  #complaint: Error | undefined
  #resolveClosed!: (error: Error | undefined) => void

  /** @param transport Must have no reader yet. It belongs to the connection from now on. */
  constructor(transport: Transport, options: ConnectionOptions = {}) {
    const { role = "client", timeoutMs = DEFAULT_TIMEOUT_MS, clock = platformClock, log = silentLog, dialect } = options
    this.role = role
    this.remote = transport.remote
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve
    })
    this.#transport = transport
    this.#clock = clock
    this.#log = log
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits }
    this.#timeoutMs = timeoutMs
    this.#dialect = dialect
    this.#engine = new Engine({ limits: this.#limits, dialect })
    this.#writer = new Writer(transport, clock, () => this.#watchFlow())
    this.#outgoing = new Outgoing(this.#engine, this.#writer, clock, timeoutMs, (id) => this.#giveUp(id))
    this.#incoming = new Incoming({
      connection: this,
      handler: options.handler,
      dialect,
      tell: (message) => this.#tell(message),
      maxInFlight: this.#limits.maxInFlight,
      exposeErrors: options.exposeErrors ?? false,
      clock,
      log,
      reply: (call, result) => this.#send(this.#engine.reply(call, result)),
      replyError: (call, error) => this.#send(this.#engine.replyError(call, error.toObject())),
      accept: (call, options) => this.#accept(call, options),
      onReleased: () => this.#onReleased(),
      keepsUp: () => this.#keepsUp(),
    })
    this.#slice = new TurnSlice(clock, this.#limits.turnMs, () => this.#intake.wake())
    this.#intake = new Intake(transport, this.#slice, {
      mayTake: () => this.#mayTake(),
      take: (frame) => this.#take(frame),
      end: () => this.#onEnd(),
    })
    transport.readInto({
      messages: (frames) => this.#intake.put(frames),
      lost: (text, error) => {
        this.#outgoing.failLost(text, error)
        this.#closeWhenIdle()
      },
      end: () => this.#intake.putEnd(),
      close: (error) => this.#onClosed(error),
    })
    if (options.signal !== undefined) this.#endWith(options.signal)
  }

  get isClient(): boolean {
    return this.role === "client"
  }

  get isServer(): boolean {
    return this.role === "server"
  }

  get status(): ConnectionStatus {
    return this.#status
  }

  get state(): Map<unknown, unknown> {
    return (this.#state ??= new Map<unknown, unknown>())
  }

  /** Requests and notifications of the other side that are being worked on. */
  get inFlight(): number {
    return this.#incoming.inFlight
  }

  /** Requests refused and notifications dropped because too many were in flight. */
  get dropped(): number {
    return this.#incoming.dropped
  }

  get bufferedBytes(): number {
    return this.#transport.bufferedBytes
  }

  request(method: string, params?: Params, options: CallOptions = {}): Promise<unknown> {
    if (this.#status !== "open") return Promise.reject(this.#closedError("no"))
    const saysMore = options.onProgress !== undefined || this.#dialect?.deadline !== undefined
    return saysMore ? this.#requestWithNotes(method, params, options) : this.#outgoing.request(method, params, options)
  }

  notify(method: string, params?: Params): Promise<void> {
    if (this.#status !== "open") return harmless(Promise.reject(this.#closedError("no")))
    try {
      this.#writer.send(this.#engine.notify(method, params))
    } catch (error) {
      return Promise.reject(unsendable(error))
    }
    return this.#keepsUp()
  }

  batch(calls: readonly BatchCall[], options: CallOptions = {}): Promise<BatchOutcome[]> {
    if (this.#status !== "open") return Promise.reject(this.#closedError("no"))
    return this.#outgoing.batch(calls, options)
  }

  subscribe(method: string, params?: Params, options: SubscribeOptions = {}): Subscription {
    return this.#subscriptions.subscribe(method, params, options)
  }

  /**
   * The requests and notifications of the other side, for a loop of the caller's own; several loops share them. Each
   * request is to be answered with `reply` or `replyError`. Ends when the connection closes. Throws an Error when the
   * connection has a handler.
   */
  requests(): AsyncIterableIterator<IncomingRequest> {
    return this.#incoming.requests()
  }

  /**
   * Closes in good order: takes no new requests, waits until those in flight are answered and our own calls have their
   * answers, then closes. When `timeoutMs` (default 5 s) is over, it closes as {@link close} does.
   */
  async finish({ timeoutMs = 5000 }: { timeoutMs?: number } = {}): Promise<void> {
    if (this.#enter("finishing")) {
      this.#complaint = undefined
      this.#desk?.finish()
    }
    // Also when the other side has ended before, and was given longer for what it still waits for.
    if (this.#status === "finishing") this.#setPatience(timeoutMs, () => void this.close())
    this.#closeWhenIdle()
    await this.closed
  }

  async close(): Promise<void> {
    if (this.#status === "open") this.#complaint = undefined
    this.#beginToClose()
    await this.closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #endWith(signal: AbortSignal): void {
    const close = (): void => void this.close()
    if (signal.aborted) return close()
    signal.addEventListener("abort", close, { once: true })
    void this.closed.then(() => signal.removeEventListener("abort", close))
  }

  #mayTake(): boolean {
    if (this.#flow === "congested" && this.isServer) return false
    return this.#incoming.inFlight < this.#limits.maxInFlight || this.#engine.pending.size > 0
  }

  #take(frame: Frame): void {
    const events =
      typeof frame === "string" ? this.#engine.receive(frame) : this.#engine.receiveUnreadable(frame.reason)
    const text = typeof frame === "string" ? frame : ""
    for (const event of events) this.#handle(event, text, text.length / events.length)
  }

  #handle(event: EngineEvent<OutgoingCall>, text: string, size: number): void {
    switch (event.kind) {
      case "request":
      case "notification":
        if (this.#desk !== undefined && this.#isForDesk(this.#desk, event, size)) break
        if (event.kind === "notification" && (this.#isCancellation(event) || this.#isProgress(event))) break
        if (this.#status === "open") this.#incoming.take(event, text)
        else this.#incoming.refuse(event, new ServerError(ErrorCode.server, "the connection is closing"))
        break
      case "resolved":
        event.call.succeed(event.value)
        this.#closeWhenIdle()
        break
      case "rejected":
        event.call.fail(event.error)
        this.#closeWhenIdle()
        break
      case "reply":
        this.#writer.send(event.text)
        break
      case "stray":
        this.#log.debug("a response belongs to no call", { remote: this.remote, late: event.late, error: event.error })
        if (!event.late) this.#complaint = event.error
        break
    }
  }

  get #subscriptions(): SubscriptionDesk {
    return (this.#desk ??= new SubscriptionDesk({
      spelling: this.#dialect?.subscriptions,
      maxSubscriptions: this.#limits.maxSubscriptions,
      clock: this.#clock,
      timeoutMs: this.#timeoutMs,
      request: (method, params, options) => this.request(method, params, options),
      tell: (message) => this.#tell(message),
      write: (text) => this.#writer.send(text),
      isCongested: () => this.#flow === "congested",
      drained: () => this.#keepsUp(),
    }))
  }

  #accept(call: IncomingCall, options: AcceptOptions): SubscriptionSink {
    const sink = this.#subscriptions.accept(call.method, options)
    const answer = this.#subscriptions.answersCalls
    this.#send(answer ? this.#engine.reply(call, sink.name.id) : this.#engine.leaveUnanswered(call))
    return sink
  }

  #isForDesk(desk: SubscriptionDesk, message: IncomingCall | NotificationMessage, size: number): boolean {
    if (message.kind === "notification") return desk.take(message, size)
    const was = desk.unsubscribe(message)
    if (was !== undefined) this.#send(this.#engine.reply(message, was))
    return was !== undefined
  }

  #isCancellation({ method, params }: NotificationMessage): boolean {
    const id = this.#dialect?.cancellation?.readCancel(method, params)
    if (id !== undefined) this.#incoming.cancel(id)
    return id !== undefined
  }

  /** A call that says more of itself, as far as the dialect has words for it. */
  #requestWithNotes(method: string, params: Params | undefined, options: CallOptions): Promise<unknown> {
    const { progress, deadline } = this.#dialect ?? {}
    const { onProgress, timeoutMs = this.#timeoutMs } = options
    const told = deadline === undefined || timeoutMs === Infinity ? params : deadline.tell(params, timeoutMs)
    if (progress === undefined || onProgress === undefined) return this.#outgoing.request(method, told, options)
    const listeners = (this.#progress ??= new Map<Id, (value: unknown) => void>())
    const token = ++this.#lastToken
    listeners.set(token, onProgress)
    const answer = this.#outgoing.request(method, progress.ask(told, token), options)
    return answer.finally(() => listeners.delete(token))
  }

  #isProgress({ method, params }: NotificationMessage): boolean {
    const news = this.#dialect?.progress?.readProgress(method, params)
    if (news === undefined) return false
    try {
      this.#progress?.get(news.token)?.(news.value)
    } catch (error) {
      this.#log.error("onProgress failed", { method, error })
    }
    return true
  }

  /** Nobody waits for the answer to a call of ours any more. */
  #giveUp(id: number): void {
    const message = this.#dialect?.cancellation?.cancel(id)
    if (message !== undefined) this.#tell(message)
  }

  #tell({ kind, method, params }: SpelledMessage): void {
    if (kind === "notification") void this.notify(method, params)
    else void harmless(this.request(method, params))
  }

  #send(text: string | undefined): void {
    if (text !== undefined) this.#writer.send(text)
  }

  #onReleased(): void {
    this.#intake.wake()
    this.#closeWhenIdle()
  }

  #watchFlow(): void {
    const waiting = this.#transport.bufferedBytes
    if (waiting > this.#limits.closeAtBytes) {
      this.#complaint = new Error(`the other side left more than ${this.#limits.closeAtBytes} bytes unread`)
      void this.#transport.close()
    } else if (waiting > this.#limits.pauseAtBytes && this.#flow === "clear") {
      this.#flow = "congested"
      void this.#transport.drained().then(() => {
        this.#flow = "clear"
        this.#intake.wake()
      })
    }
  }

  #keepsUp(): Promise<void> {
    return this.#flow === "clear" ? TAKEN : this.#transport.drained()
  }

  /** The other side sends nothing more; it may still wait for what it has asked. */
  #onEnd(): void {
    this.#writer.flush()
    this.#outgoing.failAll((sent) => this.#closedError(sent))
    if (this.#enter("finishing")) this.#setPatience(this.#timeoutMs, () => void this.close())
    this.#closeWhenIdle()
  }

  #closeWhenIdle(): void {
    if (this.#status !== "finishing") return
    if (this.#incoming.inFlight === 0 && this.#engine.pending.size === 0) this.#beginToClose()
  }

  #beginToClose(): void {
    if (!this.#enter("closing")) return
    this.#writer.flush()
    this.#settle()
    this.#transport.end()
    this.#patienceEnd = Infinity
    this.#setPatience(LINGER_MS, () => void this.#transport.close())
  }

  #onClosed(error: Error | undefined): void {
    this.#complaint = error ?? this.#complaint
    this.#enter("closed")
    this.#settle()
    this.#patience?.cancel()
    this.#resolveClosed(this.#complaint)
  }

  #settle(): void {
    this.#intake.stop()
    this.#slice.stop()
    this.#outgoing.failAll((sent) => this.#closedError(sent))
    this.#incoming.close()
    this.#desk?.close(this.#closedError("maybe"))
  }

  #closedError(sent: Sent): ConnectionClosedError {
    const why = this.#complaint === undefined ? "" : `: ${this.#complaint.message}`
    return new ConnectionClosedError(`the connection to ${this.remote} is closed${why}`, sent, {
      cause: this.#complaint,
    })
  }

  /** Calls back when so much time is over, unless it was to be called sooner already. */
  #setPatience(ms: number, callback: () => void): void {
    const end = this.#clock.monotonic() + ms
    if (end >= this.#patienceEnd) return
    this.#patienceEnd = end
    this.#patience?.cancel()
    this.#patience = this.#clock.setTimer(ms, callback)
  }

  #enter(status: ConnectionStatus): boolean {
    if (!mayMove(this.#status, status)) return false
    this.#status = status
    return true
  }
}

/** Marks a rejection as one that needs no handler. */
function harmless<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
