import type { ByteStream, StreamReader } from "@dchat/runtime"
import type { Frame, FrameDecoder, Framing } from "../framing/framing.ts"
import { formatAddress } from "./address.ts"
import type { Transport, TransportReader } from "./transport.ts"

/** What a transport asks of a stream of bytes. */
export type TransportStream = Pick<
  ByteStream,
  "readInto" | "pause" | "resume" | "write" | "flush" | "bufferedBytes" | "drained" | "end" | "close"
>

/**
 * A transport over a stream of bytes: a TCP socket, a unix socket, a TLS stream, from whichever network it comes.
 * Breaks of the framing (a message over the limit, an HTTP request) close it; the reader's `close` says so.
 *
 * @param stream Must have no reader yet. It belongs to the transport from now on.
 * @param remote Who is at the other end, for people. Default: the stream's address.
 */
export function streamTransport(stream: ByteStream, framing: Framing, remote?: string): Transport
export function streamTransport(stream: TransportStream, framing: Framing, remote: string): Transport
export function streamTransport(stream: AddressedStream, framing: Framing, remote?: string): Transport {
  return new StreamTransport(stream, framing, remote)
}

type AddressedStream = TransportStream & Partial<Pick<ByteStream, "remoteAddress">>

/** Reads messages out of a stream. One object, no closures: there may be many thousand idle connections. */
class MessageReader implements StreamReader {
  readonly #stream: TransportStream
  readonly #decoder: FrameDecoder
  readonly #reader: TransportReader

  constructor(stream: TransportStream, decoder: FrameDecoder, reader: TransportReader) {
    this.#stream = stream
    this.#decoder = decoder
    this.#reader = reader
  }

  data(chunk: Uint8Array): void {
    const decoder = this.#decoder
    if (decoder.failure === undefined) this.#deliver(decoder.push(chunk))
  }

  end(): void {
    this.#deliver(this.#decoder.end())
    this.#reader.end()
  }

  close(error: Error | undefined): void {
    this.#reader.close(this.#decoder.failure ?? error)
  }

  #deliver(frames: readonly Frame[]): void {
    if (frames.length > 0) this.#reader.messages(frames)
    if (this.#decoder.failure !== undefined) void this.#stream.close()
  }
}

class StreamTransport implements Transport {
  readonly #stream: AddressedStream
  readonly #framing: Framing
  readonly #remote: string | undefined
  /** Messages to be sent with the next flush. */
  #waiting: string[] | undefined

  constructor(stream: AddressedStream, framing: Framing, remote: string | undefined) {
    this.#stream = stream
    this.#framing = framing
    this.#remote = remote
  }

  get remote(): string {
    const { remoteAddress } = this.#stream
    return this.#remote ?? (remoteAddress === undefined ? "" : formatAddress(remoteAddress))
  }

  get maxBytes(): number | undefined {
    return this.#framing.maxBytes
  }

  get bufferedBytes(): number {
    return this.#stream.bufferedBytes
  }

  readInto(reader: TransportReader): void {
    this.#stream.readInto(new MessageReader(this.#stream, this.#framing.decoder(), reader))
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }

  send(text: string): void {
    this.#waiting ??= []
    this.#waiting.push(text)
  }

  flush(): void {
    if (this.#waiting === undefined) return
    this.#stream.write(this.#framing.encode(this.#waiting))
    this.#waiting = undefined
    this.#stream.flush()
  }

  drained(options?: { signal?: AbortSignal }): Promise<void> {
    return this.#stream.drained(options)
  }

  end(): void {
    this.flush()
    this.#stream.end()
  }

  close(): Promise<void> {
    return this.#stream.close()
  }
}
