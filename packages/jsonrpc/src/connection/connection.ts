import { silentLog, type Clock, type Log } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import type { SpelledMessage } from "../dialect/subscription-spelling.ts"
import type { Frame } from "../framing/framing.ts"
import { byteLength, isLongerThan } from "../message/byte-length.ts"
import { ServerError } from "../message/errors.ts"
import { ErrorCode } from "../message/rpc-error.ts"
import type { NotificationMessage, Params } from "../message/message.ts"
import type { ResponseText } from "../message/slice.ts"
import type { SubscriptionKeeper } from "../subscription/subscription.ts"
import { deafPeer } from "../subscription/deaf-peer.ts"
import { Subscriptions } from "../subscription/subscriptions.ts"
import { HeldTransport } from "../transport/held-transport.ts"
import type { PushTransport, Transport, TransportReader } from "../transport/transport.ts"
import type { CallOptions, OutgoingCall } from "./call.ts"
import { CallNotes } from "./call-notes.ts"
import { DEFAULT_TIMEOUT_MS } from "./calling-half.ts"
import { newCounters, type ConnectionCounters } from "./counters.ts"
import { MessageTooLongError } from "./errors.ts"
import { Engine, type EngineObserver, type EngineEvent, type IncomingCall } from "./engine.ts"
import type { IncomingRequest } from "./incoming-request.ts"
import { Intake, type IntakeTarget } from "./intake.ts"
import { limitsOf, type ConnectionLimits } from "./limits.ts"
import { Finishing } from "./finishing.ts"
import { failLost } from "./lost-calls.ts"
import type { ConnectionOptions } from "./options.ts"
import type { CallFailure, Settling } from "./pending-calls.ts"
import { ServingHalf, type ServingPort } from "./serving-half.ts"
import { tell } from "./tell.ts"
import { TurnSlice } from "./turn-slice.ts"

/** A shorter request counts one byte for each character: to look at every character costs more than it is worth. */
const COUNTED_EXACTLY_FROM = 1024

interface ConnectionPort extends TransportReader, IntakeTarget, ServingPort, EngineObserver, Settling<OutgoingCall> {
  /** There are no more turns. */
  stopSlice(): void
}

/**
 * JSON-RPC on a transport, in both roles: the `CallingHalf` that it stands on calls the other side, the {@link ServingHalf}
 * answers it.
 *
 * Nothing of it waits for a handler, so that a slow one never holds up answers to our own calls.
 */
export class Connection extends Finishing {
  /**
   * What transport, intake and serving half may do to their connection. One small object with the rights of a class
   * within, in the place of a closure for each: there may be many thousand idle connections.
   */
  static readonly #Port = class implements ConnectionPort {
    readonly connection: Connection
    readonly limits: ConnectionLimits
    #slice: TurnSlice | undefined
    #counters: ConnectionCounters | undefined

    constructor(connection: Connection, limits: ConnectionLimits) {
      this.connection = connection
      this.limits = limits
    }

    get clock(): Clock {
      return this.connection.clock
    }
    get engine(): Engine<OutgoingCall> {
      return this.connection.engine
    }
    get counters(): ConnectionCounters {
      return (this.#counters ??= this.options.counters ?? newCounters())
    }
    get options(): ConnectionOptions {
      return this.connection.#options
    }

    messages(frames: readonly Frame[]): void {
      this.connection.#intake.put(frames)
    }
    lost(text: string, error: Error): void {
      failLost(this.engine, text, error)
      this.connection.closeWhenIdle()
    }
    end(): void {
      this.connection.#intake.putEnd()
    }
    close(error: Error | undefined): void {
      this.connection.end(error)
    }

    mayTake(): boolean {
      const { isCongested, isServer, engine } = this.connection
      if (isCongested && isServer) return false
      return !this.#isFull || engine.pending.size > 0
    }
    sliceIsSpent(): boolean {
      this.#slice ??= new TurnSlice(this.clock, this.limits.turnMs, () => this.connection.#intake.wake())
      return this.#slice.isSpent()
    }
    stopSlice(): void {
      this.#slice?.stop()
    }
    take(frame: Frame): void {
      this.connection.take(frame)
    }
    ended(): void {
      this.connection.onEnd()
    }
    pause(): void {
      if (this.#isFull) this.counters.readingPaused++
      this.connection.transport.pause()
    }
    get #isFull(): boolean {
      return this.connection.#serving?.isFull === true
    }
    resume(): void {
      this.connection.transport.resume()
    }

    write(text: string): void {
      this.connection.send(text)
    }
    tell(message: SpelledMessage): void {
      tell(this.connection, message)
    }
    onReleased(): void {
      this.connection.#intake.wake()
      this.connection.closeWhenIdle()
    }
    settled(call: OutgoingCall, error: CallFailure | undefined, result: unknown): void {
      call.end(error, result)
    }
    stray(error: CallFailure | undefined, late: boolean): void {
      this.connection.#log.debug("a response belongs to no call", { remote: this.connection.remote, late, error })
      if (!late) this.connection.complain(error)
    }
    replyTooLong({ method }: IncomingCall): void {
      this.counters.repliesTooLong++
      const { maxSendBytes } = this.limits
      this.connection.#log.warn("a reply is too long", { remote: this.connection.remote, method, maxSendBytes })
    }
    isCongested(): boolean {
      return this.connection.isCongested
    }
    keepsUp(): Promise<void> {
      return this.connection.keepsUp()
    }
  }

  readonly role: "client" | "server"
  declare protected readonly transport: Transport
  protected readonly engine: Engine<OutgoingCall>
  readonly #options: ConnectionOptions
  readonly #port: ConnectionPort
  readonly #intake: Intake
  readonly #notes: CallNotes | undefined
  #serving: ServingHalf | undefined

  /** @param given Its transport. Must have no reader yet. It belongs to the connection from now on. */
  constructor(given: Transport | PushTransport, options: ConnectionOptions = {}) {
    const { role = "client", timeoutMs = DEFAULT_TIMEOUT_MS, clock = platformClock, dialect, signal } = options
    const transport = "pause" in given ? given : new HeldTransport(given, clock)
    const limits = limitsOf(options.limits, transport.maxBytes)
    super(transport, clock, timeoutMs, limits)
    this.role = role
    this.#options = options
    this.#port = new Connection.#Port(this, limits)
    this.engine = new Engine({ limits, dialect, observer: this.#port, ids: options.ids }, this.#port)
    this.#intake = new Intake(this.#port)
    if (dialect !== undefined) {
      this.#notes = new CallNotes(dialect, {
        timeoutMs,
        log: this.#log,
        request: (...call) => super.request(...call),
        cancel: (id) => this.#serving?.cancel(id),
        tell: (message) => tell(this, message),
      })
    }
    transport.readInto(this.#port)
    if (signal !== undefined) this.endWith(signal)
  }

  get isClient(): boolean {
    return this.role === "client"
  }

  get isServer(): boolean {
    return this.role === "server"
  }

  override get inFlight(): number {
    return this.#serving?.inFlight ?? 0
  }

  /** Their texts, in bytes; short ones count a byte for each character. */
  get bytesInFlight(): number {
    return this.#serving?.bytesInFlight ?? 0
  }

  /** Which bounds were hit, and how often: those of this connection, or of all that share its option `counters`. */
  get counters(): Readonly<ConnectionCounters> {
    return this.#port.counters
  }

  override request(method: string, params?: Params, options: CallOptions = {}): Promise<unknown> {
    if (this.#notes === undefined || this.status !== "open") return super.request(method, params, options)
    return this.#notes.request(method, params, options)
  }

  /**
   * The requests and notifications of the other side, for a loop of the caller's own; several loops share them. Each
   * request is to be answered with `reply` or `replyError`. Ends when the connection closes. Throws an Error when the
   * connection has a handler.
   */
  requests(): AsyncIterableIterator<IncomingRequest> {
    return this.#servingHalf.requests()
  }

  protected override makeSubscriptions(): SubscriptionKeeper {
    const { isAnswersOnly, remote } = this.transport
    const peer = isAnswersOnly === true ? deafPeer(remote) : this
    return new Subscriptions(peer, this.clock, this.timeoutMs, this.#options.dialect?.subscriptions)
  }

  protected override onGivenUp(id: number | string): void {
    this.#notes?.giveUp(id)
  }

  protected override sendOwn(text: string): void {
    const { maxSendBytes } = this.#port.limits
    if (isLongerThan(maxSendBytes, text)) throw new MessageTooLongError(maxSendBytes)
    this.send(text)
  }

  protected override onTooSlow(): void {
    this.#port.counters.slowReadersClosed++
  }

  protected override finishServing(): void {
    this.#serving?.finish()
  }

  protected override onDrained(): void {
    this.#intake.wake()
  }

  protected override settle(): void {
    this.#intake.stop()
    this.#port.stopSlice()
    super.settle()
    this.#serving?.close()
  }

  get #log(): Log {
    return this.#options.log ?? silentLog
  }

  get #servingHalf(): ServingHalf {
    if (this.#serving === undefined) {
      this.#serving = new ServingHalf(this.#port)
      if (this.status === "closing" || this.status === "closed") this.#serving.close()
    }
    return this.#serving
  }

  protected take(frame: Frame): void {
    const isText = typeof frame === "string"
    const events = isText ? this.engine.receive(frame) : this.engine.receiveUnreadable(frame.reason)
    const source: ResponseText = { text: isText ? frame : "" }
    // Once for all the entries of a batch: to count its bytes for each of them would take time without bound.
    const share = events.length > 1 ? Math.ceil(bytesOf(source.text) / events.length) : undefined
    for (const event of events) this.#dispatch(event, source, share)
    this.closeWhenIdle()
  }

  #dispatch(event: EngineEvent<OutgoingCall>, source: ResponseText, share: number | undefined): void {
    switch (event.kind) {
      case "request":
        if (this.#serving?.unsubscribe(event) !== true) this.#serve(event, source.text, share)
        break
      case "notification":
        if (this.takeNews(event, source, event.slot?.index) || this.#serving?.unsubscribe(event) === true) break
        if (this.#notes?.take(event) !== true) this.#serve(event, source.text, share)
        break
      case "reply":
        this.send(event.text)
        break
      case "resolved":
      case "rejected":
      case "stray":
      // The port has heard of them.
    }
  }

  #serve(message: IncomingCall | NotificationMessage, text: string, size = bytesOf(text)): void {
    if (this.status === "open") this.#servingHalf.take(message, text, size)
    else this.#servingHalf.refuse(message, new ServerError(ErrorCode.server, "the connection is closing"))
  }
}

function bytesOf(text: string): number {
  return text.length < COUNTED_EXACTLY_FROM ? text.length : byteLength(text)
}
