import type { Connection } from "../connection/connection.ts"
import { CallCancelledError, ConnectionClosedError } from "../connection/errors.ts"
import { RpcError } from "../message/rpc-error.ts"
import { ServerCode } from "../message/server-code.ts"
import type { Subscription } from "../subscription/subscription.ts"

/** A loop that does not read keeps what came over so many connections; what came before is lost. */
const MAX_PARTS = 2

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

/** Whether it is not the subscription that has ended, but the connection: it broke, or the server is about to stop. */
function isConnectionsEnd(error: unknown): boolean {
  return error instanceof ConnectionClosedError || (error instanceof RpcError && error.code === ServerCode.closing)
}

/** A subscription that is made again with each new connection, until it ends by itself or the loop is left. */
export class Resubscription implements Subscription {
  readonly accepted: Promise<void>
  readonly #make: (connection: Connection) => Subscription
  readonly #signal: AbortSignal | undefined
  readonly #onEnded: () => void
  /** The one that is read, and that of the newest connection. */
  readonly #parts: Subscription[] = []
  #end: { readonly error: Error | undefined } | undefined
  #dropped = 0
  /** Wakes whoever waits for another part. */
  readonly #wake: (() => void)[] = []
  #resolveAccepted!: () => void
  #rejectAccepted!: (error: Error) => void
  readonly #onAbort = (): void =>
    this.finish(
      new CallCancelledError("the subscription was cancelled", "maybe", { cause: this.#signal?.reason as unknown }),
    )

  constructor(make: (connection: Connection) => Subscription, signal: AbortSignal | undefined, onEnded: () => void) {
    this.accepted = new Promise((resolve, reject) => {
      this.#resolveAccepted = resolve
      this.#rejectAccepted = reject
    })
    this.accepted.catch(() => {})
    this.#make = make
    this.#signal = signal
    this.#onEnded = onEnded
    signal?.addEventListener("abort", this.#onAbort, { once: true })
  }

  get size(): number {
    return this.#parts.reduce((sum, { size }) => sum + size, 0)
  }

  get dropped(): number {
    return this.#parts.reduce((sum, { dropped }) => sum + dropped, this.#dropped)
  }

  attach(connection: Connection): void {
    const part = this.#make(connection)
    part.accepted.then(this.#resolveAccepted, (error: unknown) => {
      if (!(error instanceof ConnectionClosedError)) this.#rejectAccepted(error as Error)
    })
    const [oldest] = this.#parts
    if (oldest !== undefined && this.#parts.length === MAX_PARTS) {
      this.#dropped += oldest.size
      this.#retire(oldest)
    }
    this.#parts.push(part)
    this.#wakeAll()
  }

  /** No more parts come: what was received is still given. */
  finish(error: Error | undefined): void {
    if (this.#end !== undefined) return
    this.#end = { error }
    this.#signal?.removeEventListener("abort", this.#onAbort)
    this.#rejectAccepted(error ?? new Error("the subscription was over before it was accepted"))
    this.#onEnded()
    this.#wakeAll()
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    for (;;) {
      const part = this.#parts[0]
      if (part === undefined) {
        if (this.#end !== undefined) return this.#last()
        await new Promise<void>((resolve) => this.#wake.push(resolve))
        continue
      }
      try {
        const result = await part.next()
        if (result.done === true) this.finish(undefined)
        return result
      } catch (error) {
        if (!isConnectionsEnd(error)) {
          this.finish(undefined)
          throw error
        }
        this.#retire(part)
      }
    }
  }

  async return(): Promise<IteratorResult<unknown, undefined>> {
    this.finish(undefined)
    await Promise.all(this.#parts.map((part) => part.return()))
    return DONE
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  #retire(part: Subscription): void {
    if (this.#parts[0] !== part) return
    this.#parts.shift()
    this.#dropped += part.dropped
  }

  /** The error is thrown once. */
  #last(): IteratorResult<unknown, undefined> {
    const error = this.#end?.error
    this.#end = { error: undefined }
    if (error === undefined) return DONE
    throw error
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }
}
