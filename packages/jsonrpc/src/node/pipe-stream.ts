import type { Readable, Writable } from "node:stream"
import { NetworkError, type ByteStream, type StreamReader } from "@dchat/runtime"
import { DrainWaiters } from "../transport/drain-waiters.ts"
import type { TransportStream } from "../transport/stream.ts"

/** `drained` waits until no more than this many bytes wait. */
const HIGH_WATER_MARK = 64 * 1024

/** Two of Node's streams, or one that goes both ways, as a stream of bytes: a TLS socket, the pipes of a process. */
export class PipeStream implements TransportStream {
  readonly #input: Readable
  readonly #output: Writable
  readonly #drain = new DrainWaiters()
  readonly #closed: Promise<void>
  #reader: StreamReader | undefined
  #error: NetworkError | undefined
  #openHalves: number
  #isPaused = false
  #resolveClosed!: () => void

  constructor(input: Readable, output: Writable) {
    this.#input = input
    this.#output = output
    this.#closed = new Promise((resolve) => {
      this.#resolveClosed = resolve
    })
    const halves = new Set<Readable | Writable>([input, output])
    this.#openHalves = halves.size
    for (const half of halves) {
      half.on("error", (error: Error) => {
        this.#error ??= new NetworkError("reset", error.message, { cause: error })
        this.#destroy()
      })
      half.on("close", this.#onHalfClosed)
    }
    output.on("drain", () => this.#drain.wake())
  }

  get bufferedBytes(): number {
    return this.#output.writableLength
  }

  readInto(reader: StreamReader): void {
    if (this.#reader !== undefined) throw new Error("a stream has one reader; readInto was called before")
    this.#reader = reader
    if (this.#openHalves === 0) return process.nextTick(() => reader.close(this.#error))
    this.#input.on("data", (chunk: Buffer) => reader.data(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length)))
    this.#input.on("end", () => reader.end())
    if (this.#isPaused) this.#input.pause()
  }

  pause(): void {
    this.#isPaused = true
    if (this.#reader !== undefined) this.#input.pause()
  }

  resume(): void {
    this.#isPaused = false
    if (this.#reader !== undefined) this.#input.resume()
  }

  write(bytes: Uint8Array): boolean {
    if (this.#output.writableEnded || this.#output.destroyed) return true
    this.#output.write(bytes, this.#onWritten)
    return this.bufferedBytes <= HIGH_WATER_MARK
  }

  /** Nothing waits here: a transport gathers its messages itself. */
  flush(): void {}

  drained({ signal }: Parameters<ByteStream["drained"]>[0] = {}): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const isDrained = this.#output.destroyed || this.bufferedBytes <= HIGH_WATER_MARK
    return isDrained ? Promise.resolve() : this.#drain.wait(signal)
  }

  end(): void {
    this.#output.end()
  }

  close(): Promise<void> {
    this.#destroy()
    return this.#closed
  }

  readonly #onWritten = (): void => {
    if (!this.#drain.isEmpty && this.bufferedBytes <= HIGH_WATER_MARK) this.#drain.wake()
  }

  readonly #onHalfClosed = (): void => {
    this.#openHalves--
    if (this.#openHalves > 0) return
    this.#drain.wake()
    this.#reader?.close(this.#error)
    this.#resolveClosed()
  }

  #destroy(): void {
    this.#input.destroy()
    this.#output.destroy()
  }
}
