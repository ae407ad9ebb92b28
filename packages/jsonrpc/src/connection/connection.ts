import { silentLog, type Clock, type Log } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import type { Dialect } from "../dialect/dialect.ts"
import type { Frame } from "../framing/framing.ts"
import { ErrorCode, ServerError } from "../message/errors.ts"
import type { NotificationMessage, Params } from "../message/message.ts"
import type { Transport } from "../transport/transport.ts"
import { Backpressure } from "./backpressure.ts"
import type { BatchCall, BatchOutcome, CallOptions, OutgoingCall } from "./call.ts"
import { CallNotes } from "./call-notes.ts"
import { Engine, type EngineEvent, type IncomingCall } from "./engine.ts"
import { Incoming } from "./incoming.ts"
import type { IncomingRequest } from "./incoming-request.ts"
import { Intake } from "./intake.ts"
import { Lifecycle, type ConnectionStatus } from "./lifecycle.ts"
import { DEFAULT_LIMITS, type ConnectionLimits } from "./limits.ts"
import type { ConnectionOptions } from "./options.ts"
import { Outgoing, unsendable } from "./outgoing.ts"
import type { Peer } from "./peer.ts"
import { TurnSlice } from "./turn-slice.ts"
import { Writer } from "./writer.ts"
import { SubscriptionDesk } from "../subscription/desk.ts"
import type { SubscribeOptions, Subscription } from "../subscription/subscription.ts"
import type { AcceptOptions, SubscriptionSink } from "../subscription/sink.ts"
import type { SpelledMessage } from "../dialect/subscription-spelling.ts"

const DEFAULT_TIMEOUT_MS = 60_000

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
  readonly #life: Lifecycle
  readonly #backpressure: Backpressure
  readonly #notes: CallNotes | undefined
  #desk: SubscriptionDesk | undefined
  #state: Map<unknown, unknown> | undefined

  /** @param transport Must have no reader yet. It belongs to the connection from now on. */
  constructor(transport: Transport, options: ConnectionOptions = {}) {
    const { role = "client", timeoutMs = DEFAULT_TIMEOUT_MS, clock = platformClock, log = silentLog, dialect } = options
    this.role = role
    this.remote = transport.remote
    this.#transport = transport
    this.#clock = clock
    this.#log = log
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits }
    this.#timeoutMs = timeoutMs
    this.#dialect = dialect
    this.#engine = new Engine({ limits: this.#limits, dialect })
    this.#life = new Lifecycle(transport, clock, {
      isIdle: () => this.#incoming.inFlight === 0 && this.#engine.pending.size === 0,
      flush: () => this.#writer.flush(),
      settle: () => this.#settle(),
    })
    this.closed = this.#life.closed
    this.#backpressure = new Backpressure(
      transport,
      this.#limits,
      () => this.#intake.wake(),
      (error) => this.#life.complain(error),
    )
    this.#writer = new Writer(transport, clock, () => this.#backpressure.look())
    this.#outgoing = new Outgoing(this.#engine, this.#writer, clock, timeoutMs, (id) => this.#notes?.giveUp(id))
    const tell = (message: SpelledMessage): void => this.#tell(message)
    this.#incoming = new Incoming({
      connection: this,
      handler: options.handler,
      dialect,
      tell,
      maxInFlight: this.#limits.maxInFlight,
      exposeErrors: options.exposeErrors ?? false,
      clock,
      log,
      reply: (call, result) => this.#send(this.#engine.reply(call, result)),
      replyError: (call, error) => this.#send(this.#engine.replyError(call, error.toObject())),
      accept: (call, options) => this.#accept(call, options),
      onReleased: () => this.#onReleased(),
      keepsUp: () => this.#backpressure.keepsUp(),
    })
    if (dialect !== undefined) {
      this.#notes = new CallNotes(dialect, { outgoing: this.#outgoing, incoming: this.#incoming, timeoutMs, tell, log })
    }
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
        this.#life.closeWhenIdle()
      },
      end: () => this.#intake.putEnd(),
      close: (error) => this.#life.end(error),
    })
    if (options.signal !== undefined) this.#life.endWith(options.signal)
  }

  get isClient(): boolean {
    return this.role === "client"
  }

  get isServer(): boolean {
    return this.role === "server"
  }

  get status(): ConnectionStatus {
    return this.#life.status
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
    if (this.#life.status !== "open") return Promise.reject(this.#life.closedError("no"))
    return (this.#notes ?? this.#outgoing).request(method, params, options)
  }

  notify(method: string, params?: Params): Promise<void> {
    if (this.#life.status !== "open") return harmless(Promise.reject(this.#life.closedError("no")))
    try {
      this.#writer.send(this.#engine.notify(method, params))
    } catch (error) {
      return Promise.reject(unsendable(error))
    }
    return this.#backpressure.keepsUp()
  }

  batch(calls: readonly BatchCall[], options: CallOptions = {}): Promise<BatchOutcome[]> {
    if (this.#life.status !== "open") return Promise.reject(this.#life.closedError("no"))
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
    if (this.#life.finish()) this.#desk?.finish()
    // Also when the other side has ended before, and was given longer for what it still waits for.
    this.#life.finishWithin(timeoutMs)
    await this.closed
  }

  async close(): Promise<void> {
    this.#life.close()
    await this.closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #mayTake(): boolean {
    if (this.#backpressure.isCongested && this.isServer) return false
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
        if (event.kind === "notification" && this.#notes?.take(event) === true) break
        if (this.#life.status === "open") this.#incoming.take(event, text)
        else this.#incoming.refuse(event, new ServerError(ErrorCode.server, "the connection is closing"))
        break
      case "resolved":
        event.call.succeed(event.value)
        this.#life.closeWhenIdle()
        break
      case "rejected":
        event.call.fail(event.error)
        this.#life.closeWhenIdle()
        break
      case "reply":
        this.#writer.send(event.text)
        break
      case "stray":
        this.#log.debug("a response belongs to no call", { remote: this.remote, late: event.late, error: event.error })
        if (!event.late) this.#life.complain(event.error)
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
      isCongested: () => this.#backpressure.isCongested,
      drained: () => this.#backpressure.keepsUp(),
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

  #tell({ kind, method, params }: SpelledMessage): void {
    if (kind === "notification") void this.notify(method, params)
    else void harmless(this.request(method, params))
  }

  #send(text: string | undefined): void {
    if (text !== undefined) this.#writer.send(text)
  }

  #onReleased(): void {
    this.#intake.wake()
    this.#life.closeWhenIdle()
  }

  /** The other side sends nothing more; it may still wait for what it has asked. */
  #onEnd(): void {
    this.#writer.flush()
    this.#outgoing.failAll((sent) => this.#life.closedError(sent))
    this.#life.otherSideEnded(this.#timeoutMs)
  }

  #settle(): void {
    this.#intake.stop()
    this.#slice.stop()
    this.#outgoing.failAll((sent) => this.#life.closedError(sent))
    this.#incoming.close()
    this.#desk?.close(this.#life.closedError("maybe"))
  }
}

/** Marks a rejection as one that needs no handler. */
function harmless<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
