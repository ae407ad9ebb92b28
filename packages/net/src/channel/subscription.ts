import type { Clock } from "@dchat/runtime"
import { checkpoint, whenCancelled, type Cancellable, type Cancellation } from "@dchat/task"

/** What happens when messages come faster than a subscription is read. */
export type SubscriptionOverflow =
  /** The peer is slowed down: the channel reads no more until there is room. Nothing is lost. */
  | "wait"
  /** The message that has waited for the longest is dropped and counted. */
  | "drop-oldest"
  /** The message that has just come is dropped and counted. */
  | "drop-newest"
  /** The message that has just come is dropped and counted, and the channel is closed. Nobody is banned. */
  | "close"

/** How a subscription is bounded. Whichever bound is reached first counts. */
export interface SubscriptionOptions {
  /** How many messages wait at most. Default 4096. */
  readonly maxMessages?: number
  /** How many bytes of payload wait at most, but for a message that waits alone. Default 1 MiB. */
  readonly maxBytes?: number
  /** Default `wait`. */
  readonly overflow?: SubscriptionOverflow
}

/** What a subscription needs of its channel. */
export interface SubscriptionOwner {
  readonly clock: Clock
  /** A subscription has become full, so that the channel must not read on, or has room again. */
  full(isFull: boolean): void
  /** A message was dropped. */
  dropped(): void
  /** Nobody reads the subscription any more. */
  closed(subscription: unknown): void
}

interface Waiting<T> {
  readonly value: T
  readonly bytes: number
  readonly delayMs: number
}

/** Shared by all that nobody waits on. */
const NOBODY: readonly never[] = []

/** A message, or why there will be none. */
type Taken<T> =
  | { readonly done: false; readonly value: T }
  | { readonly done: true; readonly value: undefined; readonly error: Error }

/**
 * The messages of one kind that come in on one channel, in order, for one reader: iterate, or take one at a time with
 * `receive`. Messages of a peer that sends too many are handed out late (darkfi-net 4.5).
 *
 * When the channel has stopped, what came in before can still be read; then iteration ends and `receive` rejects.
 */
export class MessageSubscription<T> implements AsyncIterableIterator<T, undefined>, Disposable {
  readonly #owner: SubscriptionOwner
  readonly #maxMessages: number
  readonly #maxBytes: number
  readonly #overflow: SubscriptionOverflow
  readonly #queue: Waiting<T>[] = []
  #head = 0
  #bytes = 0
  #dropped = 0
  #isFull = false
  /** Who waits with `next`: what settles the promise, and nothing else, for most channels wait most of the time. */
  #nexts: readonly ((taken: unknown) => void)[] = NOBODY
  /** Who waits otherwise. */
  #readers: readonly (() => void)[] = NOBODY
  #end: Error | undefined

  constructor(owner: SubscriptionOwner, options: SubscriptionOptions = {}) {
    this.#owner = owner
    this.#maxMessages = options.maxMessages ?? 4096
    this.#maxBytes = options.maxBytes ?? 2 ** 20
    this.#overflow = options.overflow ?? "wait"
  }

  /** How many messages wait. */
  get size(): number {
    return this.#queue.length - this.#head
  }

  /** How many messages were dropped because nobody read them in time. */
  get dropped(): number {
    return this.#dropped
  }

  /**
   * Called by the channel. `delayMs` is how long the reader is made to wait for the message. Returns whether the channel
   * may live on.
   */
  push(value: T, bytes: number, delayMs: number): boolean {
    if (this.#end !== undefined) return true
    if (this.#overflow !== "wait" && !this.#hasRoom) {
      this.#dropped++
      this.#owner.dropped()
      if (this.#overflow !== "drop-oldest") return this.#overflow === "drop-newest"
      this.#shift()
    }
    // Nothing waits, and somebody does: the message goes from hand to hand.
    if (delayMs <= 0 && this.size === 0 && this.#nexts.length === 1) {
      const [settle] = this.#nexts
      this.#nexts = NOBODY
      settle?.({ done: false, value })
      return true
    }
    this.#queue.push({ value, bytes, delayMs })
    this.#bytes += bytes
    this.#tellFull()
    this.#wakeReaders()
    return true
  }

  /** The next message. Rejects with the channel's error when it has stopped, or with the signal's reason. */
  async receive({ signal }: Cancellable = {}): Promise<T> {
    const taken = await this.#take(signal)
    if (taken.done) throw taken.error
    return taken.value
  }

  next(): Promise<IteratorResult<T, undefined>> {
    // One promise, not those of an async function: a message takes less time, and who waits for one less memory.
    const taken = this.#takeNow()
    if (taken !== undefined) return Promise.resolve(taken)
    if (this.size > 0) return this.#take()
    return new Promise((resolve) => {
      this.#nexts = this.#nexts.concat([resolve as (taken: unknown) => void])
    })
  }

  /** Ends the subscription: `break` out of a loop does the same. */
  return(): Promise<IteratorResult<T, undefined>> {
    this[Symbol.dispose]()
    return Promise.resolve({ done: true, value: undefined })
  }

  /** Drops what waits. */
  clear(): void {
    while (this.size > 0) this.#shift()
  }

  /** Called by the channel when it has stopped. */
  finish(error: Error): void {
    this.#end ??= error
    this.#tellFull()
    this.#wakeReaders()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  [Symbol.dispose](): void {
    this.finish(new Error("the subscription was closed"))
    this.clear()
    this.#owner.closed(this)
  }

  get #hasRoom(): boolean {
    return this.size === 0 || (this.size < this.#maxMessages && this.#bytes < this.#maxBytes)
  }

  /** What can be handed out at once. */
  #takeNow(): Taken<T> | undefined {
    const waiting = this.#queue[this.#head]
    if (waiting === undefined) {
      return this.#end === undefined ? undefined : { done: true, value: undefined, error: this.#end }
    }
    if (waiting.delayMs > 0 && this.#end === undefined) return undefined
    return { done: false, value: this.#shift() }
  }

  async #take(signal?: Cancellation): Promise<Taken<T>> {
    checkpoint(signal)
    let handOutAt: number | undefined
    for (;;) {
      const taken = this.#takeNow()
      if (taken !== undefined) return taken
      const waiting = this.#queue[this.#head]
      if (waiting === undefined) {
        await this.#wait(signal)
        continue
      }
      const now = this.#owner.clock.monotonic()
      handOutAt ??= now + waiting.delayMs
      if (now >= handOutAt) return { done: false, value: this.#shift() }
      await this.#wait(signal, handOutAt - now)
    }
  }

  /** Waits for a message or the end, but for no longer than `ms`. */
  #wait(signal: Cancellation | undefined, ms?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        timer?.cancel()
        this.#readers = this.#readers.filter((other) => other !== wake)
      }
      const wake = (): void => {
        leave()
        unlink()
        resolve()
      }
      const timer = ms === undefined ? undefined : this.#owner.clock.setTimer(ms, wake)
      this.#readers = this.#readers.concat([wake])
      const unlink = whenCancelled(signal, (reason) => {
        leave()
        reject(reason)
      })
    })
  }

  #wakeReaders(): void {
    const [nexts, readers] = [this.#nexts, this.#readers]
    this.#nexts = NOBODY
    this.#readers = NOBODY
    for (const settle of nexts) settle(this.#takeNow() ?? this.#take())
    for (const wake of readers) wake()
  }

  #shift(): T {
    const { value, bytes } = this.#queue[this.#head++] as Waiting<T>
    this.#bytes -= bytes
    if (this.#head === this.#queue.length) {
      this.#queue.length = 0
      this.#head = 0
    } else if (this.#head === 1024) {
      this.#queue.splice(0, this.#head)
      this.#head = 0
    }
    this.#tellFull()
    return value
  }

  #tellFull(): void {
    const isFull = this.#overflow === "wait" && this.#end === undefined && !this.#hasRoom
    if (isFull === this.#isFull) return
    this.#isFull = isFull
    this.#owner.full(isFull)
  }
}
