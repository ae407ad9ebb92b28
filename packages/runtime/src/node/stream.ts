import type { Socket } from "node:net"
import type { Address, ByteStream, NetworkError, StreamOptions, StreamReader } from "../network.ts"
import { formatAddress } from "../address.ts"
import { Outbox, type OutboxPort } from "../stream/outbox.ts"
import type { SlabPool } from "../stream/write-buffer.ts"
import { toNetworkError } from "./network-error.ts"

const NOBODY: StreamReader = { data: () => {}, end: () => {}, close: () => {} }

/** A connected socket of Node's, TCP, unix or TLS, as a stream. */
export class NodeStream implements ByteStream, OutboxPort {
  readonly localAddress: Address
  readonly remoteAddress: Address
  readonly #socket: Socket
  readonly #outbox: Outbox
  #reader: StreamReader | undefined
  #error: NetworkError | undefined
  #closed: Promise<NetworkError | undefined> | undefined
  #isPaused = false
  #isGone = false
  /** The other side has ended and the reader does not know. */
  #endIsDue = false

  /** The socket must be connected, and half-open sockets allowed. */
  constructor(socket: Socket, local: Address, remote: Address, pool: SlabPool, options: StreamOptions = {}) {
    this.#socket = socket
    this.localAddress = local
    this.remoteAddress = remote
    this.#outbox = new Outbox(this, pool, options)
    socket.on("end", this.#onEnd)
    socket.on("error", this.#onError)
    socket.on("close", this.#onClose)
  }

  readInto(reader: StreamReader): void {
    if (this.#reader !== undefined) throw new Error("a stream has one reader; readInto was called before")
    this.#reader = reader
    const socket = this.#socket
    if (this.#isGone) {
      process.nextTick(this.#onClose)
      return
    }
    // A Buffer's slice() is a view, a Uint8Array's is a copy: readers are promised the latter.
    socket.on("data", (chunk: Buffer) => reader.data(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)))
    if (this.#isPaused) socket.pause()
    else this.#flow()
  }

  pause(): void {
    this.#isPaused = true
    if (this.#reader !== undefined) this.#socket.pause()
  }

  resume(): void {
    this.#isPaused = false
    if (this.#reader !== undefined) this.#flow()
  }

  write(bytes: Uint8Array): boolean {
    return this.#outbox.write(bytes)
  }

  flush(): void {
    this.#outbox.flush()
  }

  get bufferedBytes(): number {
    return this.#outbox.bufferedBytes
  }

  get writeCalls(): number {
    return this.#outbox.writeCalls
  }

  drained(options?: { signal?: AbortSignal }): Promise<void> {
    return this.#outbox.drained(options)
  }

  end(): void {
    this.#outbox.end()
    this.#socket.end()
  }

  async close(): Promise<void> {
    this.#outbox.close()
    this.#endIsDue = false
    this.#socket.destroy()
    await this.closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  get closed(): Promise<NetworkError | undefined> {
    return (this.#closed ??= new Promise((resolve) => {
      if (this.#isGone) resolve(this.#error)
      else this.#socket.once("close", () => resolve(this.#error))
    }))
  }

  /** For the outbox alone. */
  defer(callback: () => void): void {
    process.nextTick(callback)
  }

  /** For the outbox alone. */
  send(parts: Uint8Array[]): boolean {
    const socket = this.#socket
    const last = parts.length - 1
    if (last > 0) socket.cork()
    for (let index = 0; index < last; index++) socket.write(parts[index] as Uint8Array)
    socket.write(parts[last] as Uint8Array, this.#onWritten)
    if (last > 0) socket.uncork()
    // Node tries to write at once; when nothing waits then, the kernel has copied the bytes.
    return socket.writableLength === 0
  }

  /** Gives the socket away, to TLS, after all that was written. Throws when somebody reads the stream. */
  release(): Socket {
    if (this.#reader !== undefined)
      throw new Error("this stream has a reader; only one that nobody reads can be upgraded")
    this.#reader = NOBODY
    this.#outbox.end()
    return this.#socket
  }

  #flow(): void {
    this.#socket.resume()
    if (this.#endIsDue) process.nextTick(this.#tellEnd)
  }

  readonly #onWritten = (): void => {
    if (this.#socket.writableLength === 0) this.#outbox.sent()
  }

  /** Node tells the end of a socket without unread bytes even when nobody reads, or when paused. */
  readonly #onEnd = (): void => {
    this.#endIsDue = true
    this.#tellEnd()
  }

  readonly #tellEnd = (): void => {
    if (!this.#endIsDue || this.#isPaused || this.#reader === undefined) return
    this.#endIsDue = false
    this.#reader.end()
  }

  readonly #onError = (error: Error): void => {
    this.#error ??= toNetworkError(error, `the connection with ${formatAddress(this.remoteAddress)} is gone`)
    // A TLS socket stays open when what it receives is not TLS.
    this.#socket.destroy()
  }

  readonly #onClose = (): void => {
    this.#isGone = true
    this.#outbox.close()
    if (this.#reader === undefined) return
    if (this.#endIsDue) this.#reader.end()
    this.#reader.close(this.#error)
  }
}
