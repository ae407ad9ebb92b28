import type { Clock } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import type { Transport, TransportReader } from "./transport.ts"

/** Options of {@link memoryPair}. */
export interface MemoryPairOptions {
  /** Whose turns decide when messages arrive. Default: the platform's. */
  clock?: Pick<Clock, "defer">
}

/**
 * Two transports that lead to each other inside this process, without any network: for tests, and for a client and a
 * server in one program. What one end flushes arrives at the other at the end of the turn.
 */
export function memoryPair({ clock = platformClock }: MemoryPairOptions = {}): readonly [Transport, Transport] {
  return MemoryEnd.pair(clock)
}

/** `drained` waits until no more than this many characters wait at the other end. */
const HIGH_WATER_MARK = 64 * 1024

class MemoryEnd implements Transport {
  readonly remote = "memory:"
  readonly #clock: Pick<Clock, "defer">
  #other!: MemoryEnd
  #reader: TransportReader | undefined
  #paused = false
  /** What comes from the other end: `ending` when its last message waits in the inbox. */
  #incoming: "open" | "ending" | "ended" | "closed" = "open"
  #inbox: string[] = []
  #inboxLength = 0
  /** Sent and not flushed. */
  #outbox: string[] = []
  /** Who waits until the other end has read. */
  #drainWaiters: (() => void)[] = []

  static pair(clock: Pick<Clock, "defer">): readonly [Transport, Transport] {
    const left = new MemoryEnd(clock)
    const right = new MemoryEnd(clock)
    left.#other = right
    right.#other = left
    return [left, right]
  }

  private constructor(clock: Pick<Clock, "defer">) {
    this.#clock = clock
  }

  get bufferedBytes(): number {
    return this.#other.#inboxLength
  }

  readInto(reader: TransportReader): void {
    if (this.#reader !== undefined) throw new Error("this transport has a reader already")
    this.#reader = reader
    if (this.#incoming === "closed") this.#clock.defer(() => reader.close(undefined))
    this.#scheduleDelivery()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#scheduleDelivery()
  }

  send(text: string): void {
    this.#outbox.push(text)
  }

  flush(): void {
    const texts = this.#outbox
    const other = this.#other
    this.#outbox = []
    if (texts.length === 0 || other.#incoming !== "open") return
    for (const text of texts) {
      other.#inbox.push(text)
      other.#inboxLength += text.length
    }
    other.#scheduleDelivery()
  }

  drained({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      if (this.bufferedBytes <= HIGH_WATER_MARK) return resolve()
      const done = (): void => {
        signal?.removeEventListener("abort", abort)
        resolve()
      }
      const abort = (): void => {
        this.#drainWaiters = this.#drainWaiters.filter((waiter) => waiter !== done)
        reject(signal?.reason as Error)
      }
      signal?.addEventListener("abort", abort, { once: true })
      this.#drainWaiters.push(done)
    })
  }

  end(): void {
    this.flush()
    if (this.#other.#incoming !== "open") return
    this.#other.#incoming = "ending"
    this.#other.#scheduleDelivery()
  }

  close(): Promise<void> {
    this.#shut()
    this.#other.#shut()
    return Promise.resolve()
  }

  #scheduleDelivery(): void {
    if (this.#reader !== undefined) this.#clock.defer(() => this.#deliver())
  }

  #deliver(): void {
    if (this.#paused || this.#reader === undefined) return
    if (this.#inbox.length > 0) {
      const texts = this.#inbox
      this.#inbox = []
      this.#inboxLength = 0
      this.#other.#wakeDrainWaiters()
      this.#reader.messages(texts)
    }
    if (this.#incoming !== "ending" || this.#inbox.length > 0 || this.#paused) return
    this.#incoming = "ended"
    this.#reader.end()
    if (this.#other.#incoming === "ended") void this.close()
  }

  #shut(): void {
    if (this.#incoming === "closed") return
    this.#incoming = "closed"
    this.#inbox = []
    this.#inboxLength = 0
    this.#other.#wakeDrainWaiters()
    const reader = this.#reader
    if (reader !== undefined) this.#clock.defer(() => reader.close(undefined))
  }

  #wakeDrainWaiters(): void {
    for (const wake of this.#drainWaiters.splice(0)) wake()
  }
}
