import type { Clock } from "@dchat/runtime"
import { MessageError, type MessageType } from "../message/message.ts"
import type { PeerFault } from "./fault.ts"
import { Meter } from "./metering.ts"
import { TurnClock } from "./turn-clock.ts"
import { MessageSubscription, type SubscriptionOptions } from "./subscription.ts"

interface Known {
  readonly type: MessageType<unknown>
  readonly meter: Meter
  readonly subscriptions: Set<MessageSubscription<unknown>>
}

/** What a dispatcher tells its channel. */
export interface DispatcherOwner {
  /** A subscription that was full has room again. */
  room(): void
  /** A subscription has dropped a message for which it had no room. */
  dropped(): void
}

/** Which messages a channel knows, who wants them, and how many of them it may get (darkfi-net 4.3, 4.5). Does no I/O. */
export class Dispatcher {
  readonly #clock: Clock
  readonly #turnClock: TurnClock
  readonly #owner: DispatcherOwner
  readonly #known = new Map<MessageType<unknown>, Known>()
  /** By the length of the command, which leaves few to compare. */
  readonly #byLength: Known[][] = []
  readonly #metered: Known[] = []
  #limit = 0
  /** What all meters count, or more: what has grown too old is taken off only when this is above the limit. */
  #atMost = 0
  #full = 0

  constructor(clock: Clock, types: readonly MessageType<unknown>[], owner: DispatcherOwner) {
    this.#clock = clock
    this.#turnClock = new TurnClock(clock)
    this.#owner = owner
    for (const type of types) this.register(type)
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
    if (this.#known.has(type)) return
    const { commandBytes } = type
    if (this.lookup(commandBytes, 0, commandBytes.length) !== undefined) {
      throw new MessageError("command-taken", `another message has the command "${type.command}"`)
    }
    const known: Known = { type, meter: new Meter(type.metering, "early"), subscriptions: new Set() }
    this.#known.set(type, known)
    ;(this.#byLength[commandBytes.length] ??= []).push(known)
    if (type.metering.threshold === 0) return
    this.#metered.push(known)
    this.#limit += type.metering.threshold
  }

  /** The message whose command is the bytes from `start` up to, not including, `end`. */
  readonly lookup = (bytes: Uint8Array, start: number, end: number): MessageType<unknown> | undefined => {
    const sameLength = this.#byLength[end - start]
    if (sameLength === undefined) return undefined
    for (let i = 0; i < sameLength.length; i++) {
      const { type } = sameLength[i] as Known
      if (isAt(type.commandBytes, bytes, start)) return type
    }
    return undefined
  }

  /** Makes a message known, and gives out those that come from now on. */
  subscribe<T>(type: MessageType<T>, options?: SubscriptionOptions): MessageSubscription<T> {
    this.register(type)
    const { subscriptions } = this.#known.get(type) as Known
    const subscription: MessageSubscription<T> = new MessageSubscription<T>(
      {
        clock: this.#clock,
        full: (isFull) => this.#countFull(isFull),
        dropped: () => this.#owner.dropped(),
        closed: () => subscriptions.delete(subscription),
      },
      options,
    )
    subscriptions.add(subscription)
    return subscription
  }

  /** Counts a message and hands it to everyone who wants it. Returns what is wrong if there were too many. */
  dispatch(type: MessageType<unknown>, value: unknown, bytes: number): PeerFault | undefined {
    const { meter, subscriptions } = this.#known.get(type) as Known
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
    this.#atMost = this.#metered.reduce((sum, known) => sum + known.meter.total(now), 0)
    return this.#atMost > this.#limit ? { kind: "over-limit", total: this.#atMost, limit: this.#limit } : fault
  }

  /** Ends all subscriptions. */
  finish(error: Error): void {
    for (const { subscriptions } of this.#known.values()) {
      for (const subscription of subscriptions) subscription.finish(error)
      subscriptions.clear()
    }
  }

  #countFull(isFull: boolean): void {
    this.#full += isFull ? 1 : -1
    if (this.#full === 0) this.#owner.room()
  }
}

function isAt(command: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < command.length; i++) if (bytes[start + i] !== command[i]) return false
  return true
}
