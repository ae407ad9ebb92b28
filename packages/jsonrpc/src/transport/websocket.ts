import type { Clock } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import { DEFAULT_MAX_BYTES, FramingError, Unreadable, type Frame } from "../framing/framing.ts"
import { textOf } from "../framing/text.ts"
import { DrainWaiters } from "./drain-waiters.ts"
import { TransportLostError } from "./errors.ts"
import { Mailbox } from "./mailbox.ts"
import type { Transport, TransportReader } from "./transport.ts"

/** What a transport asks of a WebSocket: a page's own one has it. */
export interface WebSocketLike {
  readonly url: string
  readonly readyState: number
  readonly bufferedAmount: number
  binaryType: string
  send(data: string | Uint8Array<ArrayBuffer>): void
  close(code?: number, reason?: string): void
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: "close", listener: (event: { readonly code: number; readonly reason: string }) => void): void
}

/** Options of {@link webSocketTransport}. */
export interface WebSocketTransportOptions {
  /** The longest message that is taken, in bytes; a longer one closes the connection. Default 16 MiB. */
  maxBytes?: number
  /** In which frames messages are sent; both are understood. Default `text`. */
  frames?: "text" | "binary"
  /** Default: the platform's. */
  clock?: Clock
}

/**
 * A transport over an open WebSocket of a page, one message per frame.
 *
 * A page cannot slow the other side down: what comes while the reader pauses is kept, up to four times `maxBytes`; more
 * closes. Nor can it half-close: `end` closes, once what was sent has left.
 */
export function webSocketTransport(socket: WebSocketLike, options: WebSocketTransportOptions = {}): Transport {
  return new WebSocketTransport(socket, options)
}

/** `drained` waits until no more than this many bytes wait. */
const HIGH_WATER_MARK = 64 * 1024
/** A page is not told when bytes have left; it has to look. */
const LOOK_AGAIN_MS = 10
/** Codes that a page may give when it closes. */
const CLOSE_NORMAL = 1000
const CLOSE_TOO_LONG = 4009

class WebSocketTransport implements Transport {
  readonly #socket: WebSocketLike
  readonly #clock: Clock
  readonly #maxBytes: number
  readonly #binary: boolean
  readonly #mailbox: Mailbox
  readonly #drain = new DrainWaiters()
  readonly #gone: Promise<void>
  #waiting: string[] = []
  #sending: "open" | "ended" = "open"

  constructor(socket: WebSocketLike, options: WebSocketTransportOptions) {
    this.#socket = socket
    this.#clock = options.clock ?? platformClock
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES
    this.#binary = options.frames === "binary"
    this.#mailbox = new Mailbox(this.#clock)
    socket.binaryType = "arraybuffer"
    socket.addEventListener("message", ({ data }) => this.#take(data))
    this.#gone = new Promise((resolve) => {
      socket.addEventListener("close", ({ code, reason }) => {
        this.#sending = "ended"
        this.#mailbox.close(closeError(code, reason))
        this.#drain.wake()
        resolve()
      })
    })
  }

  get remote(): string {
    return this.#socket.url
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount
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
    if (this.#waiting.length === 0) return
    for (const text of this.#waiting) this.#socket.send(this.#binary ? new TextEncoder().encode(text) : text)
    this.#waiting = []
  }

  drained({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    if (this.#isDrained) return Promise.resolve()
    if (this.#drain.isEmpty) this.#watchDrain()
    return this.#drain.wait(signal)
  }

  end(): void {
    this.flush()
    this.#sending = "ended"
    this.#socket.close(CLOSE_NORMAL)
  }

  close(): Promise<void> {
    this.#waiting = []
    this.#sending = "ended"
    this.#mailbox.drop()
    this.#socket.close(CLOSE_NORMAL)
    this.#mailbox.close(undefined)
    this.#drain.wake()
    return this.#gone
  }

  get #isDrained(): boolean {
    return this.#mailbox.isClosed || this.#socket.bufferedAmount <= HIGH_WATER_MARK
  }

  #watchDrain(): void {
    this.#clock.setTimer(LOOK_AGAIN_MS, () => {
      if (this.#isDrained) this.#drain.wake()
      else if (!this.#drain.isEmpty) this.#watchDrain()
    })
  }

  #take(data: unknown): void {
    const frame = toFrame(data)
    const length = typeof frame === "string" ? frame.length : 0
    if (length > this.#maxBytes) {
      this.#fail(`a message is longer than ${this.#maxBytes} bytes`)
    } else if (this.#mailbox.heldLength + length > 4 * this.#maxBytes) {
      this.#fail(`messages of more than ${4 * this.#maxBytes} bytes wait to be read`)
    } else {
      this.#mailbox.put([frame])
    }
  }

  #fail(why: string): void {
    this.#mailbox.close(new FramingError("message-too-long", why))
    this.#sending = "ended"
    this.#socket.close(CLOSE_TOO_LONG, why)
  }
}

function toFrame(data: unknown): Frame {
  if (typeof data === "string") return data
  return data instanceof ArrayBuffer ? textOf(new Uint8Array(data)) : new Unreadable("neither text nor bytes")
}

/** A close in good order: it is done, the page has gone, nothing was said. */
const GOOD_CODES: ReadonlySet<number> = new Set([1000, 1001, 1005])

/** What a close code says to the reader. */
export function closeError(code: number, reason: string): Error | undefined {
  if (GOOD_CODES.has(code)) return undefined
  const why = reason === "" ? "" : `: ${reason}`
  return new TransportLostError(
    code === 1006 ? `the WebSocket broke${why}` : `the other side closed the WebSocket with code ${code}${why}`,
  )
}
