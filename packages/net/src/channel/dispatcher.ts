import type { Clock } from "@dchat/runtime"
import { MessageError, type MessageType } from "../message/message.ts"
import type { PeerFault } from "./fault.ts"
import { Meter } from "./metering.ts"
import { MessageSubscription, type SubscriptionOptions } from "./subscription.ts"

interface Known {
  readonly type: MessageType<unknown>
  readonly meter: Meter
  readonly subscriptions: Set<MessageSubscription<unknown>>
}

/** Which messages a channel knows, who wants them, and how many of them it may get (darkfi-net 4.3, 4.5). Does no I/O. */
export class Dispatcher {
  readonly #clock: Clock
  readonly #onRoom: () => void
  readonly #known = new Map<MessageType<unknown>, Known>()
  /** By the length of the command, which leaves few to compare. */
  readonly #byLength: Known[][] = []
  readonly #metered: Known[] = []
  #limit = 0
  #full = 0

  /** @param onRoom Called when a subscription that was full has room again. */
  constructor(clock: Clock, types: readonly MessageType<unknown>[], onRoom: () => void) {
    this.#clock = clock
    this.#onRoom = onRoom
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
    return sameLength?.find(({ type }) => type.commandBytes.every((byte, i) => bytes[start + i] === byte))?.type
  }

  /** Makes a message known, and gives out those that come from now on. */
  subscribe<T>(type: MessageType<T>, options?: SubscriptionOptions): MessageSubscription<T> {
    this.register(type)
    const { subscriptions } = this.#known.get(type) as Known
    const subscription: MessageSubscription<T> = new MessageSubscription<T>(
      {
        clock: this.#clock,
        full: (isFull) => this.#countFull(isFull),
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
    if (type.metering.threshold === 0) {
      for (const subscription of subscriptions) subscription.push(value, bytes, 0)
      return undefined
    }
    const now = this.#clock.monotonic()
    meter.push(now)
    const delay = meter.delay(now)
    for (const subscription of subscriptions) subscription.push(value, bytes, delay)
    const total = this.#metered.reduce((sum, known) => sum + known.meter.total(now), 0)
    return total > this.#limit ? { kind: "over-limit", total, limit: this.#limit } : undefined
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
    if (this.#full === 0) this.#onRoom()
  }
}
