import { whenCancelled, type Cancellable } from "../cancel/cancellation.ts"
import { Overflow } from "../errors.ts"
import { checkCapacity } from "../internal/check-capacity.ts"
import { type End, Inbox } from "../internal/inbox.ts"

/** What happens when an item comes for a subscriber whose buffer is full. */
export type OverflowPolicy =
  /** The oldest item in the buffer is thrown away. */
  | "drop-oldest"
  /** The item that came is thrown away. */
  | "drop-newest"
  /** The subscription is closed: it gives what it holds, then rejects with {@link Overflow}. */
  | "close"

/** Options of a {@link Subscription}. */
export interface SubscribeOptions extends Cancellable {
  /** How many items wait for a slow receiver at most. Default 1024, as in the reference. */
  readonly capacity?: number | undefined
  /** Default `drop-oldest`, as in the reference. */
  readonly overflow?: OverflowPolicy | undefined
}

/**
 * What one subscriber gets from a publisher, from the moment of the subscription on. Iterate over it, or call `receive`.
 * Leaving the loop closes it. When its signal is cancelled it throws away what it holds and rejects with the reason.
 */
export interface Subscription<T> extends AsyncIterableIterator<T, undefined, undefined>, Disposable {
  /** How many items wait to be received. */
  readonly size: number
  /** How many items this subscriber has lost because its buffer was full. */
  readonly dropped: number
  readonly closed: boolean
  /** Waits for the next item. Rejects with `Closed` after the last one, or with the signal's reason. */
  receive(options?: Cancellable): Promise<T>
  /** Ends the subscription. What it holds can still be received. */
  close(): void
}

/** What a publisher wants to hear of its subscriptions. */
export interface SubscriptionListener<T> {
  dropped(): void
  closed(subscription: BoundedSubscription<T>): void
}

/** A subscription as its publisher sees it. */
export class BoundedSubscription<T> implements Subscription<T> {
  readonly #inbox = new Inbox<T>()
  readonly #capacity: number
  readonly #overflow: OverflowPolicy
  readonly #listener: SubscriptionListener<T>
  readonly #leaveSignal: () => void
  #dropped = 0

  constructor(
    { capacity = 1024, overflow = "drop-oldest", signal }: SubscribeOptions,
    listener: SubscriptionListener<T>,
  ) {
    this.#capacity = checkCapacity(capacity)
    this.#overflow = overflow
    this.#listener = listener
    this.#leaveSignal = whenCancelled(signal, (reason) => {
      this.#inbox.abort(reason)
      listener.closed(this)
    })
  }

  get size(): number {
    return this.#inbox.size
  }

  get dropped(): number {
    return this.#dropped
  }

  get closed(): boolean {
    return this.#inbox.closed
  }

  deliver(item: T): void {
    if (this.#inbox.size < this.#capacity) {
      this.#inbox.put(item)
      return
    }
    this.#dropped++
    this.#listener.dropped()
    if (this.#overflow === "drop-oldest") {
      this.#inbox.dropOldest()
      this.#inbox.put(item)
    } else if (this.#overflow === "close") {
      this.#end({ error: new Overflow(`the subscriber was too slow: ${this.#capacity} items were waiting`) })
    }
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return this.#inbox.next()
  }

  receive({ signal }: Cancellable = {}): Promise<T> {
    return this.#inbox.receive(signal)
  }

  close(): void {
    this.#end({})
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.close()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #end(end: End): void {
    if (this.#inbox.closed) return
    this.#inbox.close(end)
    this.#leaveSignal()
    this.#listener.closed(this)
  }
}
