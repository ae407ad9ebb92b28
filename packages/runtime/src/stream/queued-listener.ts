import type { Address, ByteStream, Listener, ListenOptions } from "../network.ts"

/** Streams that wait to be accepted, at most, when nobody says otherwise. */
const BACKLOG = 1024

type Taker = (result: IteratorResult<ByteStream, undefined>) => void

/** A listener that streams are offered to; how they come in is the affair of who made it. */
export class QueuedListener implements Listener {
  readonly address: Address
  /** What accepted streams are made with. */
  readonly options: ListenOptions
  readonly #shut: () => void
  readonly #waiting: ByteStream[] = []
  #takers: Taker[] = []
  #isClosed = false
  #refused = 0

  /** @param shut Stops what offers the streams. Called once. */
  constructor(address: Address, options: ListenOptions, shut: () => void) {
    this.address = address
    this.options = options
    this.#shut = shut
  }

  get refused(): number {
    return this.#refused
  }

  offer(stream: ByteStream): void {
    const taker = this.#takers.shift()
    if (taker !== undefined) taker({ done: false, value: stream })
    else if (!this.#isClosed && this.#waiting.length < (this.options.backlog ?? BACKLOG)) this.#waiting.push(stream)
    else {
      this.#refused++
      void stream.close()
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#shut()
    for (const taker of this.#takers.splice(0)) taker({ done: true, value: undefined })
    await Promise.all(this.#waiting.splice(0).map((stream) => stream.close()))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  [Symbol.asyncIterator](): AsyncIterator<ByteStream> {
    const end = { done: true, value: undefined } as const
    const mine = new Set<Taker>()
    let isDone = false
    return {
      next: () => {
        const stream = isDone ? undefined : this.#waiting.shift()
        if (stream !== undefined) return Promise.resolve({ done: false, value: stream })
        if (isDone || this.#isClosed) return Promise.resolve(end)
        return new Promise((resolve) => {
          const taker: Taker = (result) => {
            mine.delete(taker)
            resolve(result)
          }
          mine.add(taker)
          this.#takers.push(taker)
        })
      },
      return: () => {
        isDone = true
        // Who has left must not be handed another stream.
        this.#takers = this.#takers.filter((taker) => !mine.has(taker))
        for (const taker of mine) taker(end)
        return Promise.resolve(end)
      },
    }
  }
}
