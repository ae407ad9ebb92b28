import type { Clock } from "@dchat/runtime"
import { MessageError, type MessageType } from "../message/message.ts"
import type { PeerFault } from "./fault.ts"
import { Meter } from "./metering.ts"
import { TurnClock } from "./turn-clock.ts"
import { MessageSubscription, type SubscriptionOptions, type SubscriptionOwner } from "./subscription.ts"

interface Known {
  readonly type: MessageType<unknown>
  readonly meter: Meter
  /** Replaced, never changed. */
  subscriptions: readonly MessageSubscription<unknown>[]
}

/** Shared by all messages that nobody wants. */
const NOBODY: readonly never[] = []

/** What a dispatcher tells its channel. */
export interface DispatcherOwner {
  /** A subscription that was full has room again. */
  room(): void
  /** A subscription has dropped a message for which it had no room. */
  dropped(): void
}

/** Which messages a channel knows, who wants them, and how many of them it may get (darkfi-net 4.3, 4.5). Does no I/O. */
export class Dispatcher implements SubscriptionOwner {
  /** For subscriptions. */
  readonly clock: Clock
  readonly #turnClock: Pick<Clock, "monotonic">
  readonly #owner: DispatcherOwner
  #types: readonly MessageType<unknown>[]
  /**
   * Those that have come or that somebody wants, the one that came last in front: it comes again more often than not. Replaced
   * when there is one more: an array that grows, or is spread, keeps room for 17.
   */
  #known: Known[] = []
  #limit = 0
  /** What all meters count, or more: what has grown too old is taken off only when this is above the limit. */
  #atMost = 0
  #full = 0

  /** @param types What is known from the beginning. Not copied. */
  constructor(
    clock: Clock,
    types: readonly MessageType<unknown>[],
    owner: DispatcherOwner,
    turnClock: Pick<Clock, "monotonic"> = new TurnClock(clock),
  ) {
    this.clock = clock
    this.#turnClock = turnClock
    this.#owner = owner
    this.#types = types
    for (const { metering } of types) this.#limit += metering.threshold
  }

  /** Whether some subscription has no room, so that the channel must not read on. */
  get isFull(): boolean {
    return this.#full > 0
  }

  /**
   * Makes a message known. Doing so twice is fine.
   *
   * @throws {MessageError} `command-taken` if another message has the command
   */
  register(type: MessageType<unknown>): void {
    if (this.#types.includes(type)) return
    const { commandBytes } = type
    if (this.lookup(commandBytes, 0, commandBytes.length) !== undefined) {
      throw new MessageError("command-taken", `another message has the command "${type.command}"`)
    }
    this.#types = this.#types.concat([type])
    this.#limit += type.metering.threshold
  }

  /** The message whose command is the bytes from `start` up to, not including, `end`. */
  readonly lookup = (bytes: Uint8Array, start: number, end: number): MessageType<unknown> | undefined => {
    const recent = this.#known[0]?.type
    if (recent !== undefined && isCommand(recent, bytes, start, end)) return recent
    const types = this.#types
    for (let i = 0; i < types.length; i++) {
      const type = types[i] as MessageType<unknown>
      if (isCommand(type, bytes, start, end)) return type
    }
    return undefined
  }

  /** Makes a message known, and gives out those that come from now on. */
  subscribe<T>(type: MessageType<T>, options?: SubscriptionOptions): MessageSubscription<T> {
    this.register(type)
    const known = this.#of(type)
    const subscription = new MessageSubscription<T>(this, options)
    known.subscriptions = known.subscriptions.concat([subscription])
    return subscription
  }

  /** Counts a message and hands it to everyone who wants it. Returns what is wrong if there were too many. */
  dispatch(type: MessageType<unknown>, value: unknown, bytes: number): PeerFault | undefined {
    const { meter, subscriptions } = this.#of(type)
    const { threshold, score } = type.metering
    const now = threshold === 0 ? 0 : this.#turnClock.monotonic()
    const delay = meter.push(now)
    let fault: PeerFault | undefined
    for (const subscription of subscriptions) {
      if (!subscription.push(value, bytes, delay)) fault = { kind: "too-fast", command: type.command }
    }
    if (threshold === 0) return fault
    this.#atMost += score
    if (this.#atMost <= this.#limit) return fault
    this.#atMost = this.#known.reduce((sum, known) => sum + known.meter.total(now), 0)
    return this.#atMost > this.#limit ? { kind: "over-limit", total: this.#atMost, limit: this.#limit } : fault
  }

  /** Ends all subscriptions. */
  finish(error: Error): void {
    for (const known of this.#known) {
      for (const subscription of known.subscriptions) subscription.finish(error)
      known.subscriptions = NOBODY
    }
  }

  #of(type: MessageType<unknown>): Known {
    const list = this.#known
    for (let i = 0; i < list.length; i++) {
      const known = list[i] as Known
      if (known.type !== type) continue
      if (i > 0) [list[0], list[i]] = [known, list[0] as Known]
      return known
    }
    const known: Known = { type, meter: new Meter(type.metering, "early"), subscriptions: NOBODY }
    this.#known = list.concat([known])
    return known
  }

  /** For subscriptions. */
  dropped(): void {
    this.#owner.dropped()
  }

  /** For subscriptions. */
  closed(subscription: unknown): void {
    for (const known of this.#known) {
      if (!known.subscriptions.some((other) => other === subscription)) continue
      const left = known.subscriptions.filter((other) => other !== subscription)
      known.subscriptions = left.length === 0 ? NOBODY : left
    }
  }

  /** For subscriptions. */
  full(isFull: boolean): void {
    this.#full += isFull ? 1 : -1
    if (this.#full === 0) this.#owner.room()
  }
}

function isCommand({ commandBytes }: MessageType<unknown>, bytes: Uint8Array, start: number, end: number): boolean {
  if (commandBytes.length !== end - start) return false
  for (let i = 0; i < commandBytes.length; i++) if (bytes[start + i] !== commandBytes[i]) return false
  return true
}
