/** What happens when an item comes and the buffer is full. */
export type BufferOverflow =
  /** The oldest items in the buffer are thrown away. */
  | "drop-oldest"
  /** The item that came is thrown away. */
  | "drop-newest"
  /** The subscription ends: what is in the buffer is still given, then an error. */
  | "close"

/** How much may wait for whoever is slow. */
export interface BufferLimits {
  /** Items that wait at most. Default 1,024. */
  readonly maxItems?: number | undefined
  /** Bytes of the JSON texts of all that wait, as UTF-8, at most. One item may be longer, when it waits alone. Default 1 MiB. */
  readonly maxBytes?: number | undefined
}

const DEFAULT_MAX_ITEMS = 1024
const DEFAULT_MAX_BYTES = 1024 * 1024

/** What several buffers hold together, and may. */
export interface SharedBytes {
  bytes: number
  readonly maxBytes: number
}

interface Entry<T> {
  readonly item: T
  readonly size: number
}

/** Items that wait, first in, first out, bounded in number and in bytes. */
export class BoundedBuffer<T> {
  readonly #maxItems: number
  readonly #maxBytes: number
  readonly #shared: SharedBytes | undefined
  #entries: (Entry<T> | undefined)[] = []
  #first = 0
  #bytes = 0

  /**
   * Throws a RangeError when a limit is not a number from 1.
   *
   * @param shared Bounds it together with other buffers; one item may wait in each of them all the same.
   */
  constructor({ maxItems = DEFAULT_MAX_ITEMS, maxBytes = DEFAULT_MAX_BYTES }: BufferLimits, shared?: SharedBytes) {
    if (!(maxItems >= 1 && maxBytes >= 1)) {
      throw new RangeError(`a buffer holds at least 1 item and 1 byte, not ${maxItems} and ${maxBytes}`)
    }
    this.#maxItems = maxItems
    this.#maxBytes = maxBytes
    this.#shared = shared
  }

  get size(): number {
    return this.#entries.length - this.#first
  }

  /** How many more items there may be. */
  get capacity(): number {
    return Math.max(0, this.#maxItems - this.size)
  }

  get bytes(): number {
    return this.#bytes
  }

  hasRoomFor(size: number): boolean {
    if (this.size === 0) return true
    if (this.size >= this.#maxItems || this.#bytes + size > this.#maxBytes) return false
    return this.#shared === undefined || this.#shared.bytes + size <= this.#shared.maxBytes
  }

  /** Puts an item at the end, whether there is room or not. */
  put(item: T, size: number): void {
    this.#entries.push({ item, size })
    this.#count(size)
  }

  /** Takes the first item. There must be one. */
  shift(): T {
    const { item, size } = this.#entries[this.#first] as Entry<T>
    this.#count(-size)
    this.#entries[this.#first] = undefined
    this.#first++
    if (this.#first * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first)
      this.#first = 0
    }
    return item
  }

  clear(): void {
    this.#entries = []
    this.#first = 0
    this.#count(-this.#bytes)
  }

  #count(size: number): void {
    this.#bytes += size
    if (this.#shared !== undefined) this.#shared.bytes += size
  }
}
