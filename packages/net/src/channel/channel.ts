import type { Log } from "@dchat/runtime"
import type { Cancellable } from "@dchat/task"
import { WrongStateError } from "../errors.ts"
import { BUILT_IN_MESSAGES } from "../message/built-in.ts"
import type { MessageType } from "../message/message.ts"
import type { VersionInfo } from "../message/version.ts"
import type { SessionKind } from "../session-kind.ts"
import { Dispatcher } from "./dispatcher.ts"
import { Ending, type Cleanup } from "./ending.ts"
import { PATIENT, describeFault, type PeerFault } from "./fault.ts"
import { hangUpAtOnce, hangUpPolitely } from "./hang-up.ts"
import type { ChannelAddress, ChannelOptions } from "./options.ts"
import { PacketDecoder, type PacketEvent } from "./packet-decoder.ts"
import type { Progress } from "./progress.ts"
import { Reserve } from "./reserve.ts"
import { SendQueue } from "./send-queue.ts"
import { ChannelStopped } from "./stopped.ts"
import { TurnClock } from "./turn-clock.ts"
import type { MessageSubscription, SubscriptionOptions } from "./subscription.ts"

/** What a channel is doing. */
export type ChannelState = "new" | "running" | "stopped"

/** To which states a channel goes on from each. None is ever entered twice. */
const MOVES: Readonly<Record<ChannelState, readonly ChannelState[]>> = {
  new: ["running", "stopped"],
  running: ["stopped"],
  stopped: [],
}

/** How a channel hangs up: after what it has to say, or without another word. */
type Manner = "politely" | "at once"

/** One connection to a peer (darkfi-net 4): typed messages out, typed messages in. */
export class Channel {
  /** A random number that tells channels of a node apart. */
  readonly id: number
  readonly session: SessionKind
  /** UNIX seconds at which the connection was made. */
  readonly startTime: number

  readonly #options: ChannelOptions
  readonly #dispatcher: Dispatcher
  readonly #decoder: PacketDecoder
  readonly #sendQueue: SendQueue
  readonly #reserve: Reserve
  readonly #ending = new Ending()
  #state: ChannelState = "new"
  #version: VersionInfo | undefined
  /** How many bytes have come in. */
  #received = 0
  #heardAt = -Infinity

  constructor(options: ChannelOptions) {
    const { stream, session, encoder, runtime } = options
    this.#options = options
    this.id = runtime.random.integer(0xffff_ffff) + 1
    this.session = session
    this.startTime = Math.floor(runtime.clock.now() / 1000)
    const turnClock = new TurnClock(runtime.clock)
    const owner = { room: () => this.#readOn(), dropped: () => void options.counts.messagesDropped++ }
    this.#dispatcher = new Dispatcher(runtime.clock, BUILT_IN_MESSAGES, owner, turnClock)
    this.#decoder = new PacketDecoder({
      magic: encoder.magic,
      lookup: this.#dispatcher.lookup,
      patient: PATIENT[session],
    })
    this.#sendQueue = new SendQueue(stream, encoder, runtime.clock, undefined, turnClock)
    this.#reserve = new Reserve((type, packet) => {
      this.#observe("send", type.command)
      // A channel that stops drops what waits for room, as it drops all that it has kept.
      this.#sendQueue.put(type, packet).catch(nothing)
    })
    if (session !== "inbound") this.#reserve.open()
  }

  get state(): ChannelState {
    return this.#state
  }

  /** Resolves when the channel has stopped, with the reason. Never rejects. */
  get stopped(): Promise<ChannelStopped> {
    return this.#ending.begun
  }

  /** What host lists know the peer by: what was really dialled, unless that was another transport (darkfi-net 4.1). */
  get address(): string {
    const { connect, resolve, mixed } = this.#options.address
    return mixed ? connect : (resolve ?? connect)
  }

  /** What people know the peer by. */
  get displayAddress(): string {
    const { connect, resolve } = this.#options.address
    return resolve ?? connect
  }

  /** How the connection was made, as our version message tells the peer. */
  get connection(): ChannelAddress {
    return this.#options.address
  }

  /** How the peer introduced itself; undefined until it has. */
  get version(): VersionInfo | undefined {
    return this.#version
  }

  /** How many bytes wait to be sent; no more than 4 MiB, unless one message is larger. */
  get queuedBytes(): number {
    return this.#sendQueue.bytes
  }

  /** How many messages found no room to wait, and were refused. */
  get refused(): number {
    return this.#sendQueue.refused
  }

  /** How far what is said has come, in both directions. */
  get progress(): Progress {
    const { sent, ahead } = this.#sendQueue
    return { received: this.#received, sent, ahead }
  }

  /** When something came in last, on the monotonic clock; `-Infinity` before that. */
  get heardAt(): number {
    return this.#heardAt
  }

  /** Starts to read. What was subscribed before gets every message from the first on. */
  start(): void {
    this.#move("running")
    this.#reserve.openAfterVisit(this.#options.runtime.clock)
    this.#options.stream.readInto({
      data: (chunk) => {
        if (this.#state !== "running") return
        this.#received += chunk.length
        this.#heardAt = this.#options.runtime.clock.monotonic()
        this.#decoder.push(chunk)
        this.#readOn()
      },
      end: () => this.#lose(new ChannelStopped("closed-by-peer", "the peer closed the connection"), "politely"),
      close: (error) => this.#lose(ChannelStopped.byLoss(error), "at once"),
    })
  }

  /** Keeps how the peer introduced itself. */
  introduce(version: VersionInfo): void {
    this.#version = version
  }

  /** Makes a message known without wanting it, so that a peer that sends it does nothing wrong. */
  register(type: MessageType<unknown>): void {
    this.#dispatcher.register(type)
  }

  /**
   * Gives the messages of one kind that come from now on.
   *
   * @throws {ChannelStopped} if the channel has stopped
   */
  subscribe<T>(type: MessageType<T>, options?: SubscriptionOptions): MessageSubscription<T> {
    this.throwIfStopped()
    return this.#dispatcher.subscribe(type, options)
  }

  /**
   * Sends a message: resolves when it was taken into the bounded queue, waiting for room if there is none.
   *
   * @throws {ChannelStopped} if the channel stops first
   * @throws {MessageError} `too-large`
   */
  send<T>(type: MessageType<T>, value: T, options?: Cancellable): Promise<void> {
    // No async function: it would make promises of its own for each message.
    try {
      this.throwIfStopped()
      const sent = this.#sendQueue.send(type, value, options)
      this.#observe("send", type.command)
      return sent
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** The peer has shown that it is here to stay: what an application broadcast meanwhile is sent. */
  trust(): void {
    this.#reserve.open()
  }

  /**
   * Takes a packet that was encoded before if there is room for it; says whether there was. Never waits. An application's
   * is kept back while the peer may be a seed's visitor.
   */
  offer(type: MessageType<unknown>, packet: Uint8Array): boolean {
    if (!this.#reserve.isOpen && !BUILT_IN_MESSAGES.includes(type)) {
      return this.#state === "running" && this.#reserve.keep(type, packet)
    }
    const taken = this.#state === "running" && this.#sendQueue.offer(type, packet)
    if (taken) this.#observe("send", type.command)
    return taken
  }

  /**
   * Runs `cleanup` when the channel stops, after those that were given before.
   *
   * @throws {ChannelStopped} if the channel has stopped
   */
  onStop(cleanup: Cleanup): void {
    this.throwIfStopped()
    this.#ending.add(cleanup)
  }

  /** Throws the reason if the channel has stopped. */
  throwIfStopped(): void {
    const { reason } = this.#ending
    if (reason !== undefined) throw reason
  }

  /** Says that the peer has made a mistake, with all that follows from it. */
  fault(fault: PeerFault): void {
    if (this.#state === "stopped") return
    const consequence = this.#options.judge(this, fault)
    if (consequence === "ignore") this.#log.debug(`${this.displayAddress}: ${describeFault(fault)}; ignored`)
    else void this.#stop(ChannelStopped.byFault(fault), "at once")
  }

  /** Stops the channel. Returns when its protocols have ended and its socket is closed. Safe to call again. */
  stop(reason: ChannelStopped = new ChannelStopped("stopped", "we closed the connection")): Promise<void> {
    return this.#stop(reason, "politely")
  }

  get #log(): Log {
    return this.#options.runtime.log
  }

  #move(to: ChannelState): void {
    if (!MOVES[this.#state].includes(to)) throw new WrongStateError(`a ${this.#state} channel cannot become ${to}`)
    this.#state = to
  }

  /** Handles what has come in, as long as there is room for it, and asks for more. */
  #readOn(): void {
    const { stream } = this.#options
    while (this.#state === "running") {
      if (this.#dispatcher.isFull) return stream.pause()
      const event = this.#decoder.next()
      if (event === undefined) return stream.resume()
      this.#handle(event)
    }
  }

  #handle(event: PacketEvent): void {
    if (event.kind === "message") this.#observe("recv", event.type.command)
    else if ("command" in event.fault) this.#observe("recv", event.fault.command)
    if (event.kind === "message" && !this.#reserve.isOpen && !BUILT_IN_MESSAGES.includes(event.type)) this.trust()
    const fault =
      event.kind === "message" ? this.#dispatcher.dispatch(event.type, event.value, event.bytes) : event.fault
    if (fault !== undefined) this.fault(fault)
  }

  #observe(event: "send" | "recv", cmd: string): void {
    const { dnet, runtime } = this.#options
    if (dnet.size === 0) return
    const chan = { addr: this.displayAddress, id: this.id }
    dnet.publish({ event, info: { chan, cmd, time: `${runtime.clock.now()}000000` } })
  }

  /** The peer has left. What came in before is still handed out, room or not: it is no more than one chunk. */
  #lose(reason: ChannelStopped, manner: Manner): void {
    while (this.#state === "running") {
      const event = this.#decoder.next()
      if (event === undefined) break
      this.#handle(event)
    }
    void this.#stop(reason, manner)
  }

  #stop(reason: ChannelStopped, manner: Manner): Promise<void> {
    return this.#ending.begin(
      reason,
      () => this.#hangUp(reason, manner),
      (error) => this.#log.error(`${this.displayAddress}: cleaning up after the channel failed`, { error }),
    )
  }

  /** The order is that of darkfi-net 4.2, but the socket is closed here and now. */
  #hangUp(reason: ChannelStopped, manner: Manner): Promise<void> {
    const { stream, runtime } = this.#options
    const isPolite = this.#state === "running" && manner === "politely"
    this.#move("stopped")
    this.#reserve.endVisit()
    this.#dispatcher.finish(reason)
    if (isPolite) this.#sendQueue.moveOn()
    const heldBack = this.#sendQueue.bytes - stream.bufferedBytes
    this.#sendQueue.close(reason)
    const goodbye = isPolite ? hangUpPolitely(stream, runtime.clock) : hangUpAtOnce(stream)
    return goodbye.then((unsent) => this.#countUnsent(heldBack + unsent, reason))
  }

  #countUnsent(bytes: number, { fault }: ChannelStopped): void {
    if (bytes === 0) return
    this.#options.counts.bytesUnsent += bytes
    // Whoever only comes to make a mistake, or leaves before it is here to stay, must not fill the log.
    const isHealthy = fault === undefined || fault.kind === "pong-timeout"
    const isLoss = isHealthy && this.#version !== undefined && this.#reserve.isOpen
    const said = `${bytes} bytes for ${this.displayAddress} (${this.session}) could not be sent any more`
    this.#log[isLoss ? "info" : "debug"](said)
  }
}

function nothing(): void {}
