import type { StreamOptions } from "../network.ts"
import { WriteBuffer, type SlabPool } from "./write-buffer.ts"

const FLUSH_BYTES = 16 * 1024
const HIGH_WATER_MARK = 64 * 1024

/** What an outbox sends through. */
export interface OutboxPort {
  /** Calls back at the end of this turn. */
  defer(callback: () => void): void
  /**
   * Sends the parts with one call of the platform's write.
   *
   * @returns `true` when the platform has taken (copied) them all; otherwise {@link Outbox.sent} must be called when it has.
   */
  send(parts: Uint8Array[]): boolean
}

/**
 * The sending half of a stream: gathers writes until the end of the turn, keeps one send under way at a time, and tells
 * how much waits.
 */
export class Outbox {
  readonly #port: OutboxPort
  readonly #pool: SlabPool
  readonly #waiting: WriteBuffer
  readonly #flushBytes: number
  readonly #highWaterMark: number
  #waiters: Set<() => void> | undefined
  /** Bytes that the port was given and has not taken yet. */
  #sending = 0
  #flushIsDue = false
  #ended = false
  #closed = false
  /** Calls of the platform's write. */
  writeCalls = 0

  constructor(port: OutboxPort, pool: SlabPool, options: StreamOptions = {}) {
    this.#port = port
    this.#pool = pool
    this.#waiting = new WriteBuffer(pool)
    this.#flushBytes = options.flushBytes ?? FLUSH_BYTES
    this.#highWaterMark = options.highWaterMark ?? HIGH_WATER_MARK
  }

  get bufferedBytes(): number {
    return this.#waiting.length + this.#sending
  }

  write(bytes: Uint8Array): boolean {
    if (this.#ended || bytes.length === 0) return true
    const waiting = this.#waiting
    // One part is cheaper than two: the platform copies a list of them.
    if (waiting.length + bytes.length > this.#flushBytes && waiting.isFullFor(bytes.length)) this.flush()
    waiting.push(bytes)
    if (waiting.length >= this.#flushBytes) this.flush()
    else if (!this.#flushIsDue) {
      this.#flushIsDue = true
      this.#port.defer(this.#flushAtEndOfTurn)
    }
    return waiting.length + this.#sending <= this.#highWaterMark
  }

  /** Sends what waits, unless a send is under way: what waits then goes with the next. */
  flush(): void {
    if (this.#sending === 0) this.#send()
  }

  /** Sends what waits behind what is under way; later writes are dropped. */
  end(): void {
    this.#send()
    this.#ended = true
  }

  /** The port has taken all that it was given. */
  sent(): void {
    if (this.#closed) return
    this.#sending = 0
    this.#send()
    this.#wake()
  }

  /** Drops what waits; later writes too. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#ended = true
    this.#waiting.take()
    this.#sending = 0
    this.#wake()
  }

  drained(options?: { signal?: AbortSignal }): Promise<void> {
    const signal = options?.signal
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (this.bufferedBytes <= this.#highWaterMark) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const waiters = (this.#waiters ??= new Set())
      const wake = (): void => {
        signal?.removeEventListener("abort", abort)
        resolve()
      }
      const abort = (): void => {
        waiters.delete(wake)
        reject(signal?.reason as Error)
      }
      waiters.add(wake)
      signal?.addEventListener("abort", abort, { once: true })
    })
  }

  readonly #flushAtEndOfTurn = (): void => {
    this.#flushIsDue = false
    this.flush()
  }

  #send(): void {
    const length = this.#waiting.length
    if (length === 0) return
    const { parts, slab } = this.#waiting.take()
    this.#sending += length
    this.writeCalls++
    if (!this.#port.send(parts)) return
    this.#sending = 0
    if (slab !== undefined) this.#pool.give(slab)
  }

  #wake(): void {
    const waiters = this.#waiters
    if (waiters === undefined || this.bufferedBytes > this.#highWaterMark) return
    this.#waiters = undefined
    for (const wake of waiters) wake()
  }
}
