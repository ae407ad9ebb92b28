import { formatAddress } from "../address.ts"
import { networkFailure } from "../network-failure.ts"
import type { Address, ByteStream, NetworkError, StreamOptions, StreamReader } from "../network.ts"
import { Outbox, type OutboxPort } from "../stream/outbox.ts"
import type { Medium } from "./medium.ts"
import type { Pipe, PipeSource, PipeTarget } from "./pipe.ts"
import type { Crashable, CrashKind, Site } from "./site.ts"

/** One end of a connection in memory. */
export class VirtualStream implements ByteStream, OutboxPort, PipeSource, PipeTarget, Crashable {
  readonly localAddress: Address
  readonly remoteAddress: Address
  readonly #medium: Medium
  readonly #site: Site
  readonly #outbox: Outbox
  #pipes: { readonly out: Pipe; readonly in: Pipe } | undefined
  #reader: StreamReader | undefined
  /** What has come in and was not read. */
  #unread: (Uint8Array<ArrayBuffer> | "end")[] = []
  #isPaused = false
  /** This side's half: `ending` while bytes wait before the end. */
  #sending: "open" | "ending" | "ended" = "open"
  /** The other side's half, as far as the reader knows. */
  #receiving: "open" | "ended" = "open"
  #gone: { readonly error: NetworkError | undefined } | undefined
  /** Whether the turn in which it went has ended. */
  #isTold = false
  #closed: Promise<NetworkError | undefined> | undefined
  #tellClosed: ((error: NetworkError | undefined) => void) | undefined

  constructor(medium: Medium, site: Site, local: Address, remote: Address, options: StreamOptions) {
    this.#medium = medium
    this.#site = site
    site.streams.add(this)
    this.localAddress = local
    this.remoteAddress = remote
    this.#outbox = new Outbox(this, medium.pool, options)
  }

  /** Says which pipes lead out and in. To be called once, before anything else. */
  join(out: Pipe, into: Pipe): void {
    this.#pipes = { out, in: into }
  }

  /** What the trace calls it. */
  get name(): string {
    const { localAddress } = this
    return `${this.#site.name}:${localAddress.kind === "tcp" ? localAddress.port : localAddress.path}`
  }

  readInto(reader: StreamReader): void {
    if (this.#reader !== undefined) throw new Error("a stream has one reader; readInto was called before")
    this.#reader = reader
    if (this.#isTold) this.#medium.scheduler.defer(() => reader.close(this.#gone?.error))
    else if (this.#unread.length > 0) this.#readSoon()
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    if (this.#unread.length > 0) this.#readSoon()
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
    if (this.#gone !== undefined || this.#sending !== "open") return
    this.#outbox.end()
    this.#sending = "ending"
    if (this.#out.send("end")) this.taken()
  }

  async close(): Promise<void> {
    if (this.#gone === undefined) {
      // As of an operating system: who closes with bytes unread breaks the connection.
      if (this.#unread.some((load) => load !== "end")) this.#out.reset()
      else if (this.#sending !== "ended") this.#out.endNow()
      this.#leave(undefined)
    }
    await this.closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  get closed(): Promise<NetworkError | undefined> {
    return (this.#closed ??= new Promise((resolve) => {
      if (this.#isTold) resolve(this.#gone?.error)
      else this.#tellClosed = resolve
    }))
  }

  /** For the outbox alone. */
  defer(callback: () => void): void {
    this.#medium.scheduler.defer(callback)
  }

  /** For the outbox alone. */
  send(parts: Uint8Array[]): boolean {
    return this.#gone !== undefined || this.#out.send(this.#medium.copier.copy(parts))
  }

  /** For the pipe alone, as are the others below. */
  taken(): void {
    this.#outbox.sent()
    if (this.#sending !== "ending" || this.#outbox.bufferedBytes > 0) return
    this.#sending = "ended"
    if (this.#receiving === "ended") this.#leave(undefined)
  }

  broken(): void {
    this.#breakOff()
  }

  receive(bytes: Uint8Array<ArrayBuffer>): boolean {
    if (this.#gone !== undefined) {
      this.#refuse()
      return true
    }
    if (this.#reader === undefined || this.#isPaused || this.#unread.length > 0) {
      this.#unread.push(bytes)
      return false
    }
    this.#reader.data(bytes)
    return true
  }

  receiveEnd(): void {
    if (this.#gone !== undefined) {
      // Who has closed knows already; who has lost its memory does not.
      if (this.#site.isSilent) this.#refuse()
      return
    }
    this.#unread.push("end")
    this.#read()
  }

  receiveReset(): void {
    this.#out.cut()
    this.#breakOff()
  }

  /** The host of this end is gone: who reads and writes here is not told, and the other end only of a reset. */
  crash(kind: CrashKind): void {
    if (this.#gone !== undefined) return
    this.#gone = { error: undefined }
    this.#reader = undefined
    this.#unread = []
    if (kind === "silent") return this.#out.abandon()
    this.#pipes?.in.cut()
    this.#out.reset()
  }

  /** Says that nobody is here any more: but from a host that is silent, only when it is up again. */
  #refuse(): void {
    if (!this.#medium.silentHosts.has(this.#site.name)) this.#out.reset()
  }

  get #out(): Pipe {
    if (this.#pipes === undefined) throw new Error("this stream has not been joined")
    return this.#pipes.out
  }

  #readSoon(): void {
    this.#medium.scheduler.defer(() => this.#read())
  }

  #read(): void {
    const reader = this.#reader
    while (reader !== undefined && !this.#isPaused && this.#gone === undefined) {
      const load = this.#unread.shift()
      if (load === undefined) return
      if (load === "end") {
        this.#receiving = "ended"
        reader.end()
        if (this.#sending === "ended") this.#leave(undefined)
      } else {
        reader.data(load)
        this.#pipes?.in.consumed(load.length)
      }
    }
  }

  #breakOff(): void {
    this.#leave(networkFailure("reset", `the connection with ${formatAddress(this.remoteAddress)} is gone`))
  }

  #leave(error: NetworkError | undefined): void {
    if (this.#gone !== undefined) return
    this.#gone = { error }
    this.#unread = []
    this.#site.streams.delete(this)
    this.#outbox.close()
    this.#medium.scheduler.defer(() => {
      this.#isTold = true
      this.#tellClosed?.(error)
      this.#reader?.close(error)
    })
  }
}
