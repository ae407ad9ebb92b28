import { FramingError, type Frame } from "../framing/framing.ts"
import type { Transport } from "./transport.ts"

/** Above so many characters that nobody has asked for, the other side is slowed down. */
const HIGH_WATER_MARK = 64 * 1024

/** Who waits for a message. */
interface Taker {
  resolve(text: string | undefined): void
  reject(error: Error): void
  leave(): void
}

/**
 * A transport to be driven by hand: one `recv` for each message, one `send`. For speed use a transport as it is; this one
 * costs a promise per message.
 */
export class TextChannel {
  readonly #transport: Transport
  readonly #inbox: Frame[] = []
  #length = 0
  #takers: Taker[] = []
  #outcome: { readonly error: Error | undefined } | undefined

  /** @param transport Must have no reader yet. It belongs to the channel from now on. */
  constructor(transport: Transport) {
    this.#transport = transport
    transport.readInto({
      messages: (frames) => {
        for (const frame of frames) this.#put(frame)
        if (this.#length > HIGH_WATER_MARK) transport.pause()
      },
      end: () => this.#finish(undefined),
      close: (error) => this.#finish(error),
    })
  }

  /** Who is at the other end, for people. */
  get remote(): string {
    return this.#transport.remote
  }

  /**
   * The next message; `undefined` when the other side has ended. Rejects with what broke the transport, with a
   * `FramingError` for a message that is no text (the next call goes on behind it), or with the signal's reason.
   */
  recv({ signal }: { signal?: AbortSignal } = {}): Promise<string | undefined> {
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const frame = this.#inbox.shift()
    if (frame !== undefined) {
      this.#length -= lengthOf(frame)
      if (this.#length <= HIGH_WATER_MARK && this.#outcome === undefined) this.#transport.resume()
      return typeof frame === "string" ? Promise.resolve(frame) : Promise.reject(unreadable(frame.reason))
    }
    if (this.#outcome !== undefined) return settled(this.#outcome.error)
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#takers = this.#takers.filter((each) => each !== taker)
        reject(signal?.reason as Error)
      }
      const taker = { resolve, reject, leave: () => signal?.removeEventListener("abort", abort) }
      signal?.addEventListener("abort", abort, { once: true })
      this.#takers.push(taker)
    })
  }

  /** Sends a message at once; resolves when the other side keeps up. Rejects with the signal's reason; the message is sent then. */
  send(text: string, options?: { signal?: AbortSignal }): Promise<void> {
    this.#transport.send(text)
    this.#transport.flush()
    return this.#transport.drained(options)
  }

  /** Tells the other side that nothing more comes. */
  end(): void {
    this.#transport.end()
  }

  /** Closes both directions now. */
  close(): Promise<void> {
    return this.#transport.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The messages until the other side ends. */
  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    for (let text = await this.recv(); text !== undefined; text = await this.recv()) yield text
  }

  #put(frame: Frame): void {
    const taker = this.#takers.shift()
    taker?.leave()
    if (taker === undefined) {
      this.#inbox.push(frame)
      this.#length += lengthOf(frame)
    } else if (typeof frame === "string") {
      taker.resolve(frame)
    } else {
      taker.reject(unreadable(frame.reason))
    }
  }

  #finish(error: Error | undefined): void {
    this.#outcome ??= { error }
    for (const taker of this.#takers.splice(0)) {
      taker.leave()
      if (error === undefined) taker.resolve(undefined)
      else taker.reject(error)
    }
  }
}

function lengthOf(frame: Frame): number {
  return typeof frame === "string" ? frame.length : 0
}

function unreadable(reason: string): FramingError {
  return new FramingError("unreadable", `a message cannot be read: ${reason}`)
}

function settled(error: Error | undefined): Promise<undefined> {
  return error === undefined ? Promise.resolve(undefined) : Promise.reject(error)
}
