import { isAscii } from "node:buffer"
import type { Duplex } from "node:stream"
import type { Clock } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import { DEFAULT_MAX_BYTES, FramingError } from "../framing/framing.ts"
import { textOf } from "../framing/text.ts"
import { DrainWaiters } from "../transport/drain-waiters.ts"
import { TransportLostError } from "../transport/errors.ts"
import { Mailbox } from "../transport/mailbox.ts"
import type { Transport, TransportReader } from "../transport/transport.ts"
import { closeError } from "../transport/websocket.ts"
import { Heartbeat, type Beating } from "./heartbeat.ts"
import { FrameWriter } from "./ws-frames.ts"

/** What a transport asks of a socket of the `ws` package. */
export interface WsSocket {
  readonly url: string
  readonly extensions: string
  readonly readyState: number
  readonly bufferedAmount: number
  binaryType: "nodebuffer" | "arraybuffer" | "fragments"
  on(event: "message", listener: (data: Buffer, isBinary: boolean) => void): unknown
  on(event: "ping" | "pong", listener: () => void): unknown
  on(event: "error", listener: (error: Error) => void): unknown
  on(event: "close", listener: (code: number, reason: Buffer) => void): unknown
  send(text: string, options: { binary: boolean }, done?: (error?: Error) => void): void
  ping(): void
  pause(): void
  resume(): void
  close(code?: number, reason?: string): void
  terminate(): void
}

/** Options of {@link wsTransport}. */
export interface WsTransportOptions {
  /**
   * In which frames messages are sent; both are understood. Default `same`: as the last message came, and text before
   * any has come.
   */
  frames?: "text" | "binary" | "same" | undefined
  /**
   * Pings the other side when nothing came from it for this long, and at most for twice as long; in milliseconds. Default
   * 30 s; `Infinity`: never.
   */
  pingMs?: number | undefined
  /** Gives the other side up when nothing came for this long after a ping, in milliseconds. Default 10 s. */
  pongTimeoutMs?: number | undefined
  /** The longest message that is taken, in bytes; a longer one closes the connection. Default 16 MiB. */
  maxBytes?: number
  /** Who is at the other end, for people. Default: the URL that was dialled, or `ws:`. */
  remote?: string
  /** Default: the platform's. */
  clock?: Clock
}

/**
 * A transport over an open socket of the `ws` package, accepted or dialled, one message per frame. Messages of one flush
 * leave in one write. `end` closes, for a WebSocket has no half-close.
 */
export function wsTransport(socket: WsSocket, options: WsTransportOptions = {}): Transport {
  return new WsTransport(socket, options, new FrameWriter())
}

/** Makes {@link wsTransport}s that share the memory that frames are written into. */
export function wsTransports(): (socket: WsSocket, options: WsTransportOptions) => Transport {
  const writer = new FrameWriter()
  return (socket, options) => new WsTransport(socket, options, writer)
}

const PING_MS = 30_000
const PONG_TIMEOUT_MS = 10_000
const HIGH_WATER_MARK = 64 * 1024
const LONG_BYTES = 1024
const CLOSE_NORMAL = 1000
const CLOSE_TOO_LONG = 1009
const OPEN = 1

/** What `ws` keeps to itself. Without it, each message is a write. */
interface WsInternals {
  readonly _socket: Duplex
  readonly _isServer: boolean
}

class WsTransport implements Transport, Beating {
  readonly remote: string
  readonly #socket: WsSocket
  /** What `ws` writes to. It keeps it to itself, but has no way to send several messages with one write. */
  readonly #output: Duplex | undefined
  readonly #writer: FrameWriter
  /** Whether frames go out masked. `undefined` where we cannot write them ourselves. */
  readonly #isMasked: boolean | undefined
  readonly #frames: "text" | "binary" | "same"
  readonly #pongTimeoutMs: number
  readonly maxBytes: number
  readonly #mailbox: Mailbox
  readonly #drain = new DrainWaiters()
  readonly #gone: Promise<void>
  #lastWasBinary = false
  #waiting: string[] = []
  #sending: "open" | "ended" = "open"
  #error: Error | undefined
  #reading: "on" | "paused" = "on"
  readonly #heartbeat: Heartbeat

  constructor(socket: WsSocket, options: WsTransportOptions, writer: FrameWriter) {
    const { frames = "same", maxBytes = DEFAULT_MAX_BYTES, remote, clock = platformClock } = options
    const { pingMs = PING_MS, pongTimeoutMs = PONG_TIMEOUT_MS } = options
    this.remote = remote ?? (socket.url || "ws:")
    this.#socket = socket
    const { _socket: output, _isServer: isServer } = socket as WsSocket & Partial<WsInternals>
    this.#output = output
    // Where an extension was agreed on, such as compression, frames are not what we write.
    this.#isMasked = isServer === undefined || socket.extensions !== "" ? undefined : !isServer
    this.#writer = writer
    this.#frames = frames
    this.#pongTimeoutMs = pongTimeoutMs
    this.maxBytes = maxBytes
    this.#mailbox = new Mailbox(clock)
    socket.binaryType = "nodebuffer"
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      this.#lastWasBinary = isBinary
      this.#heartbeat.heard = true
      if (data.length > maxBytes) this.#failTooLong()
      else this.#mailbox.put([isBinary ? textOf(data) : textOfValid(data)])
    })
    const heard = (): void => {
      this.#heartbeat.heard = true
    }
    socket.on("ping", heard)
    socket.on("pong", heard)
    socket.on("error", (error: Error & { code?: string }) => {
      // `ws` has its own bound, and closes by itself.
      if (error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") this.#failTooLong()
      else this.#error ??= new TransportLostError(error.message, { cause: error })
    })
    this.#gone = new Promise((resolve) => {
      socket.on("close", (code, reason) => {
        this.#onClose(closeError(code, reason.toString("utf8")))
        resolve()
      })
    })
    this.#heartbeat = new Heartbeat(clock, pingMs, pongTimeoutMs, this)
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount
  }

  readInto(reader: TransportReader): void {
    this.#mailbox.readInto(reader)
  }

  pause(): void {
    this.#reading = "paused"
    this.#mailbox.pause()
    this.#socket.pause()
  }

  resume(): void {
    this.#reading = "on"
    this.#mailbox.resume()
    this.#socket.resume()
  }

  send(text: string): void {
    if (this.#sending === "open") this.#waiting.push(text)
  }

  flush(): void {
    const texts = this.#waiting
    if (texts.length === 0) return
    this.#waiting = []
    const isBinary = this.#frames === "same" ? this.#lastWasBinary : this.#frames === "binary"
    if (this.#output === undefined || this.#isMasked === undefined) {
      this.#sendEach(texts, isBinary)
    } else if (this.#socket.readyState === OPEN) {
      this.#output.write(this.#writer.encode(texts, { isBinary, isMasked: this.#isMasked }), this.#onWritten)
    }
  }

  #sendEach(texts: readonly string[], isBinary: boolean): void {
    this.#output?.cork()
    for (const text of texts) this.#socket.send(text, { binary: isBinary }, this.#onWritten)
    this.#output?.uncork()
  }

  drained({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    return this.#isDrained ? Promise.resolve() : this.#drain.wait(signal)
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
    this.#mailbox.close(this.#error)
    this.#socket.terminate()
    this.#drain.wake()
    return this.#gone
  }

  get #isDrained(): boolean {
    return this.#mailbox.isClosed || this.#socket.bufferedAmount <= HIGH_WATER_MARK
  }

  readonly #onWritten = (): void => {
    if (!this.#drain.isEmpty && this.#isDrained) this.#drain.wake()
  }

  #onClose(error: Error | undefined): void {
    this.#sending = "ended"
    this.#heartbeat.stop()
    this.#mailbox.close(this.#error ?? error)
    this.#drain.wake()
  }

  #failTooLong(): void {
    this.#error ??= new FramingError("message-too-long", `a message is longer than ${this.maxBytes} bytes`)
    this.#sending = "ended"
    this.#mailbox.close(this.#error)
    this.#socket.close(CLOSE_TOO_LONG, this.#error.message)
  }

  isDeaf(): boolean {
    return this.#reading === "paused"
  }

  ping(): void {
    if (this.#socket.readyState === OPEN) this.#socket.ping()
  }

  lost(): void {
    this.#error ??= new TransportLostError(`the other side did not answer a ping within ${this.#pongTimeoutMs} ms`)
    this.#socket.terminate()
  }
}

/** The text of a message that `ws` has found to be UTF-8. */
function textOfValid(data: Buffer): string {
  // Bytes that are all ASCII are copied as they are: a MiB takes 70 us instead of 800.
  return data.length >= LONG_BYTES && isAscii(data) ? data.toString("latin1") : data.toString("utf8")
}
