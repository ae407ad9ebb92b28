import { checkpoint, type Cancellation } from "../cancel/cancellation.ts"
import { Closed } from "../errors.ts"
import { LinkedList } from "./linked-list.ts"
import { WaitLine } from "./wait-line.ts"

/** How an inbox ends once it is empty: with the error, if there is one. */
export interface End {
  readonly error?: unknown
}

/**
 * Items that wait for a receiver, or receivers that wait for an item: never both. The receiving half of a queue and of a
 * subscription. Who puts items in keeps the bound.
 */
export class Inbox<T> {
  #items = new LinkedList<T>()
  readonly #receivers = new WaitLine<IteratorResult<T, undefined>>()
  #end: End | undefined

  /** How many items wait. */
  get size(): number {
    return this.#items.size
  }

  get closed(): boolean {
    return this.#end !== undefined
  }

  /** Hands `item` to the first receiver that waits, or keeps it. */
  put(item: T): void {
    const receiver = this.#receivers.shift()
    if (receiver === undefined) this.#items.push(item)
    else receiver.resolve({ done: false, value: item })
  }

  /** Throws the oldest item away. */
  dropOldest(): void {
    this.#items.shift()
  }

  /** The next item; when there will be none, the end, or its error. Takes what is there at once. */
  async next(signal?: Cancellation): Promise<IteratorResult<T, undefined>> {
    checkpoint(signal)
    const item = this.#items.shift()
    if (item !== undefined) return { done: false, value: item.value }
    if (this.#end === undefined) return this.#receivers.join(signal)
    if ("error" in this.#end) throw this.#end.error
    return { done: true, value: undefined }
  }

  /** The next item. Rejects with {@link Closed} when there will be none. */
  async receive(signal: Cancellation | undefined): Promise<T> {
    const result = await this.next(signal)
    if (result.done === true) throw new Closed("nothing more to receive: it was closed and is empty")
    return result.value
  }

  /** Takes no more items. Those that wait can still be received; after them comes the end. */
  close(end: End = {}): void {
    this.#end = end
    for (const receiver of this.#receivers.drain()) {
      if ("error" in end) receiver.reject(end.error)
      else receiver.resolve({ done: true, value: undefined })
    }
  }

  /** Closes with `error`, and throws away what waits. */
  abort(error: unknown): void {
    this.#items = new LinkedList()
    this.close({ error })
  }
}
