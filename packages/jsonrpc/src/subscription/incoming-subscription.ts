import type { CallOptions } from "../connection/call.ts"
import { CallCancelledError, type Sent } from "../connection/errors.ts"
import type { RpcError } from "../message/rpc-error.ts"
import { BoundedBuffer, type BufferOverflow } from "./buffer.ts"
import { SubscriptionLaggedError } from "./errors.ts"
import type { SubscribeOptions, Subscription } from "./subscription.ts"

/** How a subscription ends: with an error, or in good order. */
export interface SubscriptionEnd {
  readonly error: Error | undefined
}

/** What a subscription asks of whoever made it. */
export interface SubscriptionOwner {
  /** The loop was left: the other side is to be told. Not called when the other side ended it. */
  onLeft(): void
}

interface Taker {
  resolve(result: Promise<IteratorResult<unknown, undefined>> | IteratorResult<unknown, undefined>): void
  reject(error: Error): void
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

/** A {@link Subscription} as its connection sees it. */
export class IncomingSubscription implements Subscription {
  readonly accepted: Promise<void>
  readonly #owner: SubscriptionOwner
  readonly #reader: CallOptions["reader"]
  readonly #overflow: BufferOverflow
  readonly #buffer: BoundedBuffer<unknown>
  readonly #signal: AbortSignal | undefined
  readonly #takers: Taker[] = []
  readonly #onAbort = (): void => this.#cancelBySignal("maybe")
  #end: SubscriptionEnd | undefined
  #dropped = 0
  #resolveAccepted!: () => void
  #rejectAccepted!: (error: Error) => void

  constructor(options: SubscribeOptions, owner: SubscriptionOwner) {
    const { reader, signal, buffer: { overflow = "close", ...limits } = {} } = options
    this.accepted = new Promise((resolve, reject) => {
      this.#resolveAccepted = resolve
      this.#rejectAccepted = reject
    })
    this.accepted.catch(() => {})
    this.#owner = owner
    this.#reader = reader
    this.#overflow = overflow
    this.#buffer = new BoundedBuffer(limits)
    this.#signal = signal
    if (signal?.aborted === true) this.#cancelBySignal("no")
    else signal?.addEventListener("abort", this.#onAbort, { once: true })
  }

  get size(): number {
    return this.#buffer.size
  }

  get dropped(): number {
    return this.#dropped
  }

  /** Whether items are to be put as `JsonText`, as they came. */
  get wantsText(): boolean {
    return this.#reader?.cut !== undefined
  }

  get isEnded(): boolean {
    return this.#end !== undefined
  }

  accept(): void {
    this.#resolveAccepted()
  }

  put(item: unknown, size: number): void {
    if (this.#end !== undefined) return
    const taker = this.#takers.shift()
    if (taker !== undefined) return taker.resolve(this.#read(item))
    if (!this.#buffer.hasRoomFor(size)) {
      this.#dropped++
      if (this.#overflow === "close") this.#leave({ error: new SubscriptionLaggedError(this.#buffer.size) })
      if (this.#overflow !== "drop-oldest") return
      for (this.#buffer.shift(); !this.#buffer.hasRoomFor(size); this.#buffer.shift()) this.#dropped++
    }
    this.#buffer.put(item, size)
  }

  /** Nothing more comes. What waits is still given, before the error. */
  finish(error?: Error): void {
    if (this.#end !== undefined) return
    this.#end = { error }
    this.#signal?.removeEventListener("abort", this.#onAbort)
    this.#rejectAccepted(error ?? new Error("the subscription was over before it was accepted"))
    for (const taker of this.#takers.splice(0)) this.#settle(taker)
  }

  /** As {@link finish}, with the error as the call would meet it. */
  fail(error: RpcError): void {
    this.finish(this.#reader?.error(error) ?? error)
  }

  /** Nobody wants what comes any more. What waits is thrown away. */
  cancel(error: Error): void {
    this.#buffer.clear()
    this.#leave({ error })
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#buffer.size > 0) return this.#read(this.#buffer.shift())
    return new Promise((resolve, reject) => {
      const taker = { resolve, reject }
      if (this.#end === undefined) this.#takers.push(taker)
      else this.#settle(taker)
    })
  }

  return(): Promise<IteratorResult<unknown, undefined>> {
    this.#buffer.clear()
    this.#leave({ error: undefined })
    return Promise.resolve(DONE)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  #cancelBySignal(sent: Sent): void {
    this.cancel(
      new CallCancelledError("the subscription was cancelled", sent, { cause: this.#signal?.reason as unknown }),
    )
  }

  #leave(end: SubscriptionEnd): void {
    if (this.#end !== undefined) return
    this.finish(end.error)
    this.#owner.onLeft()
  }

  /** An error is thrown once; after it the iteration is over. */
  #settle(taker: Taker): void {
    const error = this.#end?.error
    this.#end = { error: undefined }
    if (error === undefined) taker.resolve(DONE)
    else taker.reject(error)
  }

  async #read(item: unknown): Promise<IteratorResult<unknown, undefined>> {
    if (this.#reader === undefined) return { done: false, value: item }
    try {
      return { done: false, value: await this.#reader.value(item) }
    } catch (error) {
      await this.return()
      throw error
    }
  }
}
