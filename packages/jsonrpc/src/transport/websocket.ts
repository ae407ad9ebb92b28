import type { Clock } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import { DEFAULT_MAX_BYTES, FramingError, Unreadable, type Frame } from "../framing/framing.ts"
import { textOf } from "../framing/text.ts"
import { TransportLostError } from "./errors.ts"
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

/** The `readyState` of a socket that takes what is sent. */
const OPEN = 1
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
  readonly maxBytes: number
  readonly #binary: boolean
  readonly #gone: Promise<void>
  #reader: TransportReader | undefined
  #isPaused = false
  /** What came and waits for the reader. */
  #held: Frame[] = []
  #heldLength = 0
  /** How it ended, once it has; the reader learns it after the messages. */
  #outcome: { readonly error: Error | undefined } | undefined
  #told: "not told" | "told" = "not told"
  #waiting: string[] = []

  constructor(socket: WebSocketLike, options: WebSocketTransportOptions) {
    this.#socket = socket
    this.#clock = options.clock ?? platformClock
    this.maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES
    this.#binary = options.frames === "binary"
    socket.binaryType = "arraybuffer"
    socket.addEventListener("message", ({ data }) => this.#take(toFrame(data)))
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
    if (this.#reader !== undefined) throw new Error("this transport has a reader already")
    this.#reader = reader
    this.resume()
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#clock.defer(() => this.#deliver())
  }

  send(text: string): void {
    if (this.#socket.readyState === OPEN) this.#waiting.push(text)
  }

  flush(): void {
    for (const text of this.#waiting) this.#socket.send(this.#binary ? new TextEncoder().encode(text) : text)
    this.#waiting = []
  }

  drained({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (signal?.aborted === true) reject(signal.reason as Error)
        else if (this.#outcome !== undefined || this.#socket.bufferedAmount <= HIGH_WATER_MARK) resolve()
        else this.#clock.setTimer(LOOK_AGAIN_MS, look)
      }
      look()
    })
  }

  end(): void {
    this.flush()
    this.#socket.close(CLOSE_NORMAL)
  }

  close(): Promise<void> {
    this.#waiting = []
    this.#held = []
    this.#socket.close(CLOSE_NORMAL)
    this.#end(undefined)
    this.resume()
    return this.#gone
  }

  #take(frame: Frame): void {
    if (this.#outcome !== undefined) return
    const length = typeof frame === "string" ? frame.length : 0
    this.#held.push(frame)
    this.#heldLength += length
    if (length > this.maxBytes) this.#fail(`a message is longer than ${this.maxBytes} bytes`)
    else if (this.#heldLength > 4 * this.maxBytes)
      this.#fail(`messages of more than ${4 * this.maxBytes} bytes wait to be read`)
    else this.#deliver()
  }

  #fail(why: string): void {
    this.#held.pop()
    this.#socket.close(CLOSE_TOO_LONG, why)
    this.#end(new FramingError("message-too-long", why))
  }

  #end(error: Error | undefined): void {
    this.#outcome ??= { error }
    this.#clock.defer(() => this.#deliver())
  }

  #deliver(): void {
    const reader = this.#reader
    if (reader === undefined || this.#isPaused) return
    const frames = this.#held
    this.#held = []
    this.#heldLength = 0
    if (frames.length > 0) reader.messages(frames)
    if (this.#outcome === undefined || this.#isPaused || this.#told === "told") return
    this.#told = "told"
    reader.close(this.#outcome.error)
  }
}

function toFrame(data: unknown): Frame {
  if (typeof data === "string") return data
  return data instanceof ArrayBuffer ? textOf(new Uint8Array(data)) : new Unreadable("neither text nor bytes")
}

/** A close in good order: it is done, the page has gone, nothing was said. */
const GOOD_CODES: readonly number[] = [1000, 1001, 1005]

/** What a close code says to the reader. */
export function closeError(code: number, reason: string): Error | undefined {
  if (GOOD_CODES.includes(code)) return undefined
  const why = reason === "" ? "" : `: ${reason}`
  return new TransportLostError(
    code === 1006 ? `the WebSocket broke${why}` : `the other side closed the WebSocket with code ${code}${why}`,
  )
}
