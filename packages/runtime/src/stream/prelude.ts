import { formatAddress } from "../address.ts"
import type { Clock } from "../clock.ts"
import { NetworkError, type Address, type ByteStream, type StreamReader } from "../network.ts"

/**
 * The beginning of a stream, read by asking for so many bytes: for handshakes, such as SOCKS's. Afterwards the stream
 * is handed back as though nobody had read it.
 *
 * Nothing is read ahead but what the network brought with the bytes that were asked for.
 */
export class StreamPrelude {
  readonly #stream: ByteStream
  readonly #clock: Pick<Clock, "defer">
  readonly #tap: Tap

  /** @param stream Has no reader yet. It is paused whenever nothing is asked. */
  constructor(stream: ByteStream, clock: Pick<Clock, "defer">) {
    this.#stream = stream
    this.#clock = clock
    this.#tap = new Tap(stream)
  }

  /**
   * The next `length` bytes, in an array of their own. One call at a time.
   *
   * @throws {NetworkError} `closed` when the stream ends or closes before, or the error it was lost by; the signal's reason.
   */
  read(length: number, options: { signal?: AbortSignal | undefined } = {}): Promise<Uint8Array<ArrayBuffer>> {
    return this.#tap.read(length, options.signal)
  }

  /** Sends bytes at once. */
  write(bytes: Uint8Array): void {
    this.#stream.write(bytes)
    this.#stream.flush()
  }

  /** The stream, without a reader; its first bytes are those that were not asked for. The prelude is over. */
  handBack(): ByteStream {
    return new HandedBackStream(this.#stream, this.#tap, this.#clock)
  }
}

interface Asked {
  readonly length: number
  settle(result: Uint8Array<ArrayBuffer> | NetworkError): void
}

/** The stream's reader: keeps what comes until somebody takes over. */
class Tap implements StreamReader {
  readonly #stream: ByteStream
  #kept = new Uint8Array()
  #asked: Asked | undefined
  #hasEnded = false
  #closed: { readonly error: NetworkError | undefined } | undefined
  #successor: StreamReader | undefined

  constructor(stream: ByteStream) {
    this.#stream = stream
    stream.pause()
    stream.readInto(this)
  }

  read(length: number, signal: AbortSignal | undefined): Promise<Uint8Array<ArrayBuffer>> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error)
    if (this.#asked !== undefined) throw new Error("one read at a time: the one before has not settled")
    return new Promise((resolve, reject) => {
      const settle = (result: Uint8Array<ArrayBuffer> | NetworkError): void => {
        this.#asked = undefined
        this.#stream.pause()
        signal?.removeEventListener("abort", abort)
        if (result instanceof NetworkError) reject(result)
        else resolve(result)
      }
      const abort = (): void => {
        this.#asked = undefined
        this.#stream.pause()
        reject(signal?.reason as Error)
      }
      signal?.addEventListener("abort", abort, { once: true })
      this.#asked = { length, settle }
      this.#answer()
      if (this.#asked !== undefined) this.#stream.resume()
    })
  }

  data(chunk: Uint8Array<ArrayBuffer>): void {
    if (this.#successor !== undefined) {
      this.#successor.data(chunk)
      return
    }
    const all = new Uint8Array(this.#kept.length + chunk.length)
    all.set(this.#kept)
    all.set(chunk, this.#kept.length)
    this.#kept = all
    this.#answer()
  }

  end(): void {
    if (this.#successor !== undefined) {
      this.#successor.end()
      return
    }
    this.#hasEnded = true
    this.#answer()
  }

  close(error: NetworkError | undefined): void {
    this.#closed = { error }
    if (this.#successor !== undefined) this.#successor.close(error)
    else this.#answer()
  }

  /** Gives what was kept to a reader, as far as it does not pause, and from now on all else. */
  flowTo(reader: StreamReader, isPaused: () => boolean): void {
    const isFirst = this.#successor === undefined
    this.#successor = reader
    if (this.#closed !== undefined) {
      if (isFirst) reader.close(this.#closed.error)
      return
    }
    const kept = this.#kept
    this.#kept = new Uint8Array()
    if (kept.length > 0) reader.data(kept)
    if (!this.#hasEnded || isPaused()) return
    this.#hasEnded = false
    reader.end()
  }

  #answer(): void {
    const asked = this.#asked
    if (asked === undefined) return
    if (this.#kept.length >= asked.length) {
      const bytes = this.#kept.slice(0, asked.length)
      this.#kept = this.#kept.slice(asked.length)
      asked.settle(bytes)
    } else if (this.#hasEnded || this.#closed !== undefined) {
      const where = formatAddress(this.#stream.remoteAddress)
      const error = new NetworkError(
        "closed",
        `${where} ended after ${this.#kept.length} of the ${asked.length} bytes that were to come`,
      )
      asked.settle(this.#closed?.error ?? error)
    }
  }
}

/** A stream after its prelude: the stream below, but what the prelude kept comes first. */
class HandedBackStream implements ByteStream {
  readonly #below: ByteStream
  readonly #tap: Tap
  readonly #clock: Pick<Clock, "defer">
  #reader: StreamReader | undefined
  #isPaused = false

  constructor(below: ByteStream, tap: Tap, clock: Pick<Clock, "defer">) {
    this.#below = below
    this.#tap = tap
    this.#clock = clock
  }

  readInto(reader: StreamReader): void {
    if (this.#reader !== undefined) throw new Error("a stream has one reader; readInto was called before")
    this.#reader = reader
    this.#clock.defer(this.#flow)
  }

  pause(): void {
    this.#isPaused = true
    this.#below.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#clock.defer(this.#flow)
  }

  readonly #flow = (): void => {
    if (this.#reader === undefined || this.#isPaused) return
    this.#tap.flowTo(this.#reader, () => this.#isPaused)
    if (!this.#isPaused) this.#below.resume()
  }

  get localAddress(): Address {
    return this.#below.localAddress
  }

  get remoteAddress(): Address {
    return this.#below.remoteAddress
  }

  write(bytes: Uint8Array): boolean {
    return this.#below.write(bytes)
  }

  flush(): void {
    this.#below.flush()
  }

  get bufferedBytes(): number {
    return this.#below.bufferedBytes
  }

  get writeCalls(): number {
    return this.#below.writeCalls
  }

  drained(options?: { signal?: AbortSignal }): Promise<void> {
    return this.#below.drained(options)
  }

  end(): void {
    this.#below.end()
  }

  close(): Promise<void> {
    return this.#below.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  get closed(): Promise<NetworkError | undefined> {
    return this.#below.closed
  }
}
