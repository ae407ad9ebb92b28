import type { Clock } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import type { Frame } from "../framing/framing.ts"
import { DrainWaiters } from "./drain-waiters.ts"
import { TransportLostError } from "./errors.ts"
import { Mailbox } from "./mailbox.ts"
import type { Transport, TransportReader } from "./transport.ts"

/** What a transport asks of a port: a `MessagePort` of a page or of Node, a page's `Worker`, a worker's own global scope. */
export interface PortLike {
  postMessage(message: unknown): void
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: "close" | "messageerror" | "error", listener: () => void): void
  /** A `MessagePort` has it. */
  start?(): void
  /** A `MessagePort` has it. */
  close?(): void
  /** A `Worker` has it: who closes the transport ends the worker. */
  terminate?(): void
}

/** Options of {@link messagePortTransport}. */
export interface MessagePortOptions {
  /** Characters that may wait while the reader pauses; more close the transport. Default 64 Mi. */
  maxHeldLength?: number
  /** Who is at the other end, for people. Default `port:`. */
  remote?: string
  /** Default: the platform's. */
  clock?: Pick<Clock, "defer">
}

/**
 * A transport over a port between two threads or windows, with one such transport at either end. Messages of one flush
 * go in one post: a list of texts. A single text is understood as well.
 *
 * The other end says how many characters it has taken, which is how a slow reader is seen.
 */
export function messagePortTransport(port: PortLike, options: MessagePortOptions = {}): Transport {
  return new MessagePortTransport(port, options)
}

const HIGH_WATER_MARK = 64 * 1024
const MAX_HELD_LENGTH = 64 * 1024 * 1024
/** What is posted besides texts, and numbers of characters that were taken. */
const END = null
const CLOSE = false

class MessagePortTransport implements Transport {
  readonly remote: string
  readonly #port: PortLike
  readonly #clock: Pick<Clock, "defer">
  readonly #maxHeldLength: number
  readonly #mailbox: Mailbox
  readonly #drain = new DrainWaiters()
  #waiting: string[] = []
  #sending: "open" | "ended" = "open"
  #receiving: "open" | "ended" = "open"
  #bufferedBytes = 0
  /** Characters that the reader was given and the other side does not know of yet. */
  #taken = 0

  constructor(port: PortLike, options: MessagePortOptions) {
    const { remote = "port:", maxHeldLength = MAX_HELD_LENGTH, clock = platformClock } = options
    this.remote = remote
    this.#port = port
    this.#clock = clock
    this.#maxHeldLength = maxHeldLength
    this.#mailbox = new Mailbox(clock, (length) => this.#take(length))
    port.addEventListener("message", ({ data }) => this.#receive(data))
    port.addEventListener("close", () => this.#shut(undefined))
    port.addEventListener("error", () => this.#shut(new TransportLostError("the worker failed")))
    port.start?.()
  }

  /** Characters that the other side has not taken yet. */
  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  readInto(reader: TransportReader): void {
    this.#mailbox.readInto(reader)
  }

  pause(): void {
    this.#mailbox.pause()
  }

  resume(): void {
    this.#mailbox.resume()
  }

  send(text: string): void {
    if (this.#sending === "open") this.#waiting.push(text)
  }

  flush(): void {
    const texts = this.#waiting
    if (texts.length === 0) return
    this.#waiting = []
    for (const text of texts) this.#bufferedBytes += text.length
    this.#port.postMessage(texts)
  }

  drained({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const isDrained = this.#mailbox.isClosed || this.#bufferedBytes <= HIGH_WATER_MARK
    return isDrained ? Promise.resolve() : this.#drain.wait(signal)
  }

  end(): void {
    if (this.#sending === "ended") return
    this.flush()
    this.#sending = "ended"
    this.#port.postMessage(END)
    this.#closeWhenBothEnded()
  }

  close(): Promise<void> {
    if (!this.#mailbox.isClosed) this.#port.postMessage(CLOSE)
    this.#mailbox.drop()
    this.#shut(undefined)
    this.#port.terminate?.()
    return Promise.resolve()
  }

  #receive(data: unknown): void {
    if (typeof data === "number") {
      const taken = data > 0 ? data : 0
      this.#bufferedBytes = Math.max(0, this.#bufferedBytes - taken)
      if (this.#bufferedBytes <= HIGH_WATER_MARK) this.#drain.wake()
    } else if (data === END) {
      this.#receiving = "ended"
      this.#mailbox.end()
      this.#closeWhenBothEnded()
    } else if (data === CLOSE) {
      this.#shut(undefined)
    } else {
      this.#mailbox.put((Array.isArray(data) ? data : [data]).map(toFrame))
      if (this.#mailbox.heldLength > this.#maxHeldLength) this.#overflow()
    }
  }

  #overflow(): void {
    this.#port.postMessage(CLOSE)
    this.#mailbox.drop()
    this.#shut(new TransportLostError(`more than ${this.#maxHeldLength} characters came that nobody read`))
  }

  #take(length: number): void {
    if (this.#taken === 0) this.#clock.defer(this.#tellTaken)
    this.#taken += length
  }

  readonly #tellTaken = (): void => {
    if (!this.#mailbox.isClosed) this.#port.postMessage(this.#taken)
    this.#taken = 0
  }

  #closeWhenBothEnded(): void {
    if (this.#sending === "ended" && this.#receiving === "ended") this.#shut(undefined)
  }

  #shut(error: Error | undefined): void {
    if (this.#mailbox.isClosed) return
    this.#waiting = []
    this.#sending = "ended"
    this.#mailbox.close(error)
    this.#drain.wake()
    // What was posted in this turn has to leave first.
    this.#clock.defer(() => this.#port.close?.())
  }
}

function toFrame(item: unknown): Frame {
  return typeof item === "string" ? item : { reason: "not a text" }
}
