import type { Clock } from "@dchat/runtime"
import type { JsonRpcError } from "../message/rpc-error.ts"
import type { NotificationMessage, Params } from "../message/message.ts"
import { notificationText } from "../message/serialise.ts"
import type {
  SubscribeOptions,
  Subscription,
  SubscriptionKeeper,
  SubscriptionsPort,
} from "../subscription/subscription.ts"
import type { Transport } from "../transport/transport.ts"
import { OutgoingCall, type BatchCall, type BatchOutcome, type CallOptions } from "./call.ts"
import type { BatchEntry, CallingEvent, PendingCalls } from "./pending-calls.ts"
import { Deadlines } from "./deadlines.ts"
import { CallCancelledError, CallTimeoutError, EncodeError, CallError, type Sent } from "./errors.ts"
import type { LineLimits } from "./line-limits.ts"
import { Line } from "./line.ts"
import type { Peer } from "./peer.ts"

/** How long a call waits for its answer when nobody says otherwise, in milliseconds. */
export const DEFAULT_TIMEOUT_MS = 60_000

/** What a {@link CallingHalf} is made from. */
export interface CallingParts {
  readonly clock: Clock
  readonly limits: LineLimits
  /** How long a call waits for its answer, in milliseconds; `Infinity` for ever. */
  readonly timeoutMs: number
}

/**
 * The calling half of a connection: sends calls, and ends the wait for their answers when time or patience is over. Whoever
 * extends it reads from the transport, and does something with the requests of the other side: {@link Caller} refuses
 * them, `Connection` has a serving half.
 */
export abstract class CallingHalf extends Line implements Peer {
  protected readonly timeoutMs: number
  protected abstract readonly engine: PendingCalls<OutgoingCall>
  #deadlines: Deadlines | undefined
  #subscriptions: SubscriptionKeeper | undefined
  #state: Map<unknown, unknown> | undefined

  constructor(transport: Transport, { clock, limits, timeoutMs }: CallingParts) {
    super(transport, clock, limits)
    this.timeoutMs = timeoutMs
  }

  get remote(): string {
    return this.transport.remote
  }

  get state(): Map<unknown, unknown> {
    return (this.#state ??= new Map<unknown, unknown>())
  }

  request(method: string, params?: Params, options: CallOptions = {}): Promise<unknown> {
    const refusal = this.#refusal(options.signal)
    if (refusal !== undefined) return Promise.reject(refusal)
    let call!: OutgoingCall
    const answer = new Promise((resolve, reject) => {
      call = new OutgoingCall(method, resolve, reject, options.reader)
    })
    const { flushes } = this
    try {
      this.sendOwn(this.engine.request(method, params, call))
    } catch (error) {
      this.engine.forget(call)
      return Promise.reject(unsendable(error))
    }
    this.#expect(call, flushes, options)
    return options.signal === undefined ? answer : this.#cancellable([call], options.signal, answer)
  }

  notify(method: string, params?: Params): Promise<void> {
    if (this.status !== "open") return harmless(Promise.reject(this.closedError("no")))
    try {
      this.sendOwn(notificationText(method, params))
    } catch (error) {
      return harmless(Promise.reject(unsendable(error)))
    }
    return this.keepsUp()
  }

  batch(entries: readonly BatchCall[], options: CallOptions = {}): Promise<BatchOutcome[]> {
    const refusal = this.#refusal(options.signal)
    if (refusal !== undefined) return Promise.reject(refusal)
    if (entries.length === 0) return Promise.resolve([])
    const calls: OutgoingCall[] = []
    const outcomes: Promise<BatchOutcome>[] = []
    const batch = entries.map(({ method, params, isNotification, reader }): BatchEntry<OutgoingCall> => {
      let call: OutgoingCall | undefined
      if (isNotification === true) {
        outcomes.push(Promise.resolve(succeeded(undefined)))
      } else {
        const answer = new Promise((resolve, reject) => {
          call = new OutgoingCall(method, resolve, reject, reader)
          calls.push(call)
        })
        outcomes.push(answer.then(succeeded, failed))
      }
      return { method, params, call }
    })
    const { flushes } = this
    try {
      this.sendOwn(this.engine.batch(batch))
    } catch (error) {
      for (const call of calls) this.engine.forget(call)
      return Promise.reject(unsendable(error))
    }
    for (const call of calls) this.#expect(call, flushes, options)
    const answer = Promise.all(outcomes)
    return options.signal === undefined ? answer : this.#cancellable(calls, options.signal, answer)
  }

  subscribe(method: string, params?: Params, options: SubscribeOptions = {}): Subscription {
    this.#subscriptions ??= this.makeSubscriptions(
      { peer: this, clock: this.clock, timeoutMs: this.timeoutMs },
      options,
    )
    return this.#subscriptions.subscribe(method, params, options)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Makes what keeps the subscriptions, when there is a first one. */
  protected abstract makeSubscriptions(port: SubscriptionsPort, options: SubscribeOptions): SubscriptionKeeper

  /** Sends what this side says of itself. Throws when it must not be sent; then nothing was. */
  protected sendOwn(text: string): void {
    this.send(text)
  }

  /** Takes what a text that came in means for the calling half. It holds so many messages. */
  protected handle(event: CallingEvent<OutgoingCall>, text: string, messages: number): void {
    switch (event.kind) {
      case "resolved":
        event.call.succeed(event.value)
        break
      case "rejected":
        event.call.fail(event.error)
        break
      case "reply":
        this.send(event.text)
        break
      case "stray":
        if (!event.late) this.complain(event.error)
        break
      case "notification":
        this.takeNews(event, text, messages)
    }
  }

  /** Takes a notification that is about a subscription of ours; false when it is about something else. */
  protected takeNews(notification: NotificationMessage, text: string, messages: number): boolean {
    return this.#subscriptions?.take(notification, text, messages) ?? false
  }

  /** Nobody waits for the answer to a call any more. */
  protected onGivenUp(_id: number): void {}

  /** Fails every call that waits. */
  protected failAll(): void {
    this.#deadlines?.stop()
    for (const call of this.engine.pending.values()) {
      this.engine.forget(call)
      call.fail(this.closedError(this.flushes > call.flushesBefore ? "maybe" : "no"))
    }
  }

  protected override settle(): void {
    this.failAll()
    this.#subscriptions?.closeAll(this.closedError("maybe"))
  }

  /** Why nothing can be called now. */
  #refusal(signal: AbortSignal | undefined): JsonRpcError | undefined {
    if (this.status !== "open") return this.closedError("no")
    return signal?.aborted === true ? cancelled(signal, "no") : undefined
  }

  /** @param flushesBefore As it was before the call was sent: the sending may have flushed it at once. */
  #expect(call: OutgoingCall, flushesBefore: number, { timeoutMs = this.timeoutMs }: CallOptions): void {
    call.flushesBefore = flushesBefore
    if (timeoutMs === Infinity) return
    this.#deadlines ??= new Deadlines(this.clock, (now) => this.#sweep(now))
    call.deadline = this.#deadlines.watch(timeoutMs, this.flushes)
  }

  /** Ends the calls whose time is over; gives the next deadline. */
  #sweep(now: number): number {
    let next = Infinity
    for (const call of this.engine.pending.values()) {
      if (call.deadline > now) next = Math.min(next, call.deadline)
      else this.#giveUp(call, new CallTimeoutError(`${this.remote} did not answer ${call.method} in time`, "maybe"))
    }
    return next
  }

  async #cancellable<T>(calls: readonly OutgoingCall[], signal: AbortSignal, answer: Promise<T>): Promise<T> {
    const cancel = (): void => {
      for (const call of calls) this.#giveUp(call, cancelled(signal, "maybe"))
    }
    signal.addEventListener("abort", cancel, { once: true })
    try {
      return await answer
    } finally {
      signal.removeEventListener("abort", cancel)
    }
  }

  #giveUp(call: OutgoingCall, error: JsonRpcError): void {
    if (!this.engine.forget(call)) return
    this.onGivenUp(call.id)
    call.fail(error)
  }
}

function succeeded(value: unknown): BatchOutcome {
  return { ok: true, value }
}

function failed(error: JsonRpcError): BatchOutcome {
  return { ok: false, error }
}

function cancelled(signal: AbortSignal, sent: Sent): CallCancelledError {
  return new CallCancelledError("the call was cancelled", sent, { cause: signal.reason })
}

/** The error of a message that could not be written. */
function unsendable(error: unknown): CallError {
  return error instanceof CallError ? error : new EncodeError((error as Error).message, "no", { cause: error })
}

/** Marks a rejection as one that needs no handler. */
function harmless<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
