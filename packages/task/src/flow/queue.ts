import { checkpoint, type Cancellable } from "../cancel/cancellation.ts"
import { Closed } from "../errors.ts"
import { checkCapacity } from "../internal/check-capacity.ts"
import { Inbox } from "../internal/inbox.ts"
import { WaitLine } from "../internal/wait-line.ts"

/**
 * A bounded queue between tasks: the one place where the producer waits for the consumer.
 *
 * First in, first out, with any number of senders and receivers. Each item goes to one receiver. Iterate over it to
 * receive until it is closed; leaving the loop does not close it.
 */
export class Queue<T> implements AsyncIterable<T> {
  /** How many items it holds before senders have to wait. */
  readonly capacity: number
  readonly #inbox = new Inbox<T>()
  readonly #senders = new WaitLine<void, T>()
  #timesFull = 0

  /** @param capacity A whole number from 1. @throws {RangeError} It is something else. */
  constructor(capacity: number) {
    this.capacity = checkCapacity(capacity)
  }

  /** How many items wait to be received. */
  get size(): number {
    return this.#inbox.size
  }

  get closed(): boolean {
    return this.#inbox.closed
  }

  /** How often a sender has found it full, and had to wait or was refused. */
  get timesFull(): number {
    return this.#timesFull
  }

  /** Appends `item`; waits while the queue is full. Rejects with {@link Closed}, or with the signal's reason: the item was not taken then. */
  async send(item: T, { signal }: Cancellable = {}): Promise<void> {
    checkpoint(signal)
    if (this.#inbox.closed) throw sendToClosed()
    if (this.trySend(item)) return
    await this.#senders.join(signal, item)
  }

  /** Appends `item` unless the queue is full or closed. Returns whether it did. */
  trySend(item: T): boolean {
    if (this.#inbox.closed) return false
    if (this.#inbox.size >= this.capacity) {
      this.#timesFull++
      return false
    }
    this.#inbox.put(item)
    return true
  }

  /** Waits for the next item. Rejects with {@link Closed} when the queue is closed and empty, or with the signal's reason. */
  receive({ signal }: Cancellable = {}): Promise<T> {
    const item = this.#inbox.receive(signal)
    this.#admitSender()
    return item
  }

  /** Takes no more items; senders that wait are rejected with {@link Closed}. What is in the queue can still be received. */
  close(): void {
    this.#inbox.close()
    for (const sender of this.#senders.drain()) sender.reject(sendToClosed())
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    const next = (): Promise<IteratorResult<T, undefined>> => {
      const item = this.#inbox.next()
      this.#admitSender()
      return item
    }
    return { next }
  }

  /** Where an item was taken, the first sender that waits puts its own. */
  #admitSender(): void {
    if (this.#inbox.size >= this.capacity) return
    const sender = this.#senders.shift()
    if (sender === undefined) return
    this.#inbox.put(sender.brought)
    sender.resolve()
  }
}

function sendToClosed(): Closed {
  return new Closed("cannot send: the queue is closed")
}
