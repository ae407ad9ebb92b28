import type { IncomingRequest } from "./incoming-request.ts"

/**
 * Requests that wait for a loop of the caller's. Several loops may share one queue. How many wait is bounded by the
 * connection, which takes no more requests than may be in flight.
 */
export class RequestQueue implements AsyncIterableIterator<IncomingRequest> {
  readonly #onTaken: (request: IncomingRequest) => void
  #requests: IncomingRequest[] = []
  readonly #takers: ((result: IteratorResult<IncomingRequest>) => void)[] = []
  #status: "open" | "closed" = "open"

  constructor(onTaken: (request: IncomingRequest) => void) {
    this.#onTaken = onTaken
  }

  put(request: IncomingRequest): void {
    const taker = this.#takers.shift()
    if (taker === undefined) {
      this.#requests.push(request)
    } else {
      taker({ done: false, value: request })
      this.#onTaken(request)
    }
  }

  /** Ends all loops. What waits is dropped: it could not be answered. */
  close(): void {
    this.#status = "closed"
    this.#requests = []
    for (const taker of this.#takers.splice(0)) taker(DONE)
  }

  next(): Promise<IteratorResult<IncomingRequest>> {
    const request = this.#requests.shift()
    if (request !== undefined) {
      this.#onTaken(request)
      return Promise.resolve({ done: false, value: request })
    }
    if (this.#status === "closed") return Promise.resolve(DONE)
    return new Promise((resolve) => this.#takers.push(resolve))
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }
