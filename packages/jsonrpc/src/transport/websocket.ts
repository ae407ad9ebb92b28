import type { Clock, Timers } from "@dchat/runtime"
import { platformClock, platformTimers } from "@dchat/runtime/platform"
import { DEFAULT_MAX_BYTES, FramingError } from "../framing/framing.ts"
import { textOf } from "../framing/text.ts"
import { TransportLostError } from "./errors.ts"
import { HeldTransport } from "./held-transport.ts"
import type { PushTransport, Transport, TransportReader } from "./transport.ts"

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
  const { clock = platformClock } = options
  return new HeldTransport(new PageSocket(socket, { ...options, clock }), clock)
}

/** The `readyState` of a socket that takes what is sent. */
const OPEN = 1
/** `drained` waits until no more than this many bytes wait. */
const HIGH_WATER_MARK = 64 * 1024
/** A page is not told when bytes have left; it has to look. */
const LOOK_AGAIN_MS = 10
/** Codes that a page may give when it closes. */
const CLOSE_NORMAL = 1000
const CLOSE_TOO_LONG = 4009

/** Options of a {@link PageSocket}. */
export interface PageSocketOptions extends Omit<WebSocketTransportOptions, "clock"> {
  readonly clock?: Timers | undefined
}

/** As {@link webSocketTransport}, for who reads at once and never pauses. */
export class PageSocket implements PushTransport {
  readonly maxBytes: number
  readonly #socket: WebSocketLike
  readonly #clock: Timers
  readonly #isBinary: boolean
  readonly #gone: Promise<void>
  #reader: TransportReader | undefined
  #waiting: string[] = []

  constructor(
    socket: WebSocketLike,
    { clock = platformTimers, maxBytes = DEFAULT_MAX_BYTES, frames }: PageSocketOptions,
  ) {
    this.maxBytes = maxBytes
    this.#socket = socket
    this.#clock = clock
    this.#isBinary = frames === "binary"
    socket.binaryType = "arraybuffer"
    socket.addEventListener("message", ({ data }) => this.#take(data))
    this.#gone = new Promise((resolve) => {
      socket.addEventListener("close", ({ code, reason }) => {
        this.#end(closeError(code, reason))
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
    this.#reader = reader
  }

  send(text: string): void {
    if (this.#socket.readyState === OPEN) this.#waiting.push(text)
  }

  flush(): void {
    for (const text of this.#waiting) this.#socket.send(this.#isBinary ? new TextEncoder().encode(text) : text)
    this.#waiting = []
  }

  async drained(): Promise<void> {
    while (this.#socket.readyState === OPEN && this.bufferedBytes > HIGH_WATER_MARK) {
      await new Promise<void>((resolve) => this.#clock.setTimer(LOOK_AGAIN_MS, resolve))
    }
  }

  end(): void {
    this.flush()
    this.#socket.close(CLOSE_NORMAL)
  }

  close(): Promise<void> {
    this.#waiting = []
    this.#socket.close(CLOSE_NORMAL)
    this.#end(undefined)
    return this.#gone
  }

  #take(data: unknown): void {
    const frame = typeof data === "string" ? data : textOf(new Uint8Array(data as ArrayBuffer))
    if (typeof frame !== "string" || frame.length <= this.maxBytes) return this.#reader?.messages([frame])
    const why = `a message is longer than ${this.maxBytes} bytes`
    this.#socket.close(CLOSE_TOO_LONG, why)
    this.#end(new FramingError("message-too-long", why))
  }

  /** The first end counts, and nothing comes after it. */
  #end(error: Error | undefined): void {
    const reader = this.#reader
    this.#reader = undefined
    reader?.close(error)
  }
}

/** What a close code says to the reader. */
export function closeError(code: number, reason: string): Error | undefined {
  // A close in good order: it is done, the page has gone, nothing was said.
  if ([1000, 1001, 1005].includes(code)) return undefined
  const why = reason === "" ? "" : `: ${reason}`
  return new TransportLostError(`the WebSocket ${code === 1006 ? "broke" : `closed with code ${code}`}${why}`)
}
