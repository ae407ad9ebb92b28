import type { ByteStream } from "@dchat/runtime"
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
export function streamTransport(
  stream: TransportStream & Partial<Pick<ByteStream, "remoteAddress">>,
  framing: Framing,
  remote?: string,
): Transport {
  const { remoteAddress } = stream
  return new StreamTransport(
    stream,
    framing,
    remote ?? (remoteAddress === undefined ? "" : formatAddress(remoteAddress)),
  )
}

class StreamTransport implements Transport {
  readonly remote: string
  readonly #stream: TransportStream
  readonly #framing: Framing
  /** Messages to be sent with the next flush. */
  #waiting: string[] = []

  constructor(stream: TransportStream, framing: Framing, remote: string) {
    this.remote = remote
    this.#stream = stream
    this.#framing = framing
  }

  get bufferedBytes(): number {
    return this.#stream.bufferedBytes
  }

  readInto(reader: TransportReader): void {
    const stream = this.#stream
    const decoder = this.#framing.decoder()
    stream.readInto({
      data: (chunk) => {
        if (decoder.failure !== undefined) return
        deliver(decoder, decoder.push(chunk))
      },
      end: () => {
        deliver(decoder, decoder.end())
        reader.end()
      },
      close: (error) => reader.close(decoder.failure ?? error),
    })

    function deliver(from: FrameDecoder, frames: readonly Frame[]): void {
      if (frames.length > 0) reader.messages(frames)
      if (from.failure !== undefined) void stream.close()
    }
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }

  send(text: string): void {
    this.#waiting.push(text)
  }

  flush(): void {
    if (this.#waiting.length === 0) return
    this.#stream.write(this.#framing.encode(this.#waiting))
    this.#waiting = []
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
