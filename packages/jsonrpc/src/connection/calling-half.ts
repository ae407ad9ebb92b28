import type { Timers } from "@dchat/runtime"
import type { JsonRpcError } from "../message/rpc-error.ts"
import type { NotificationMessage, Params } from "../message/message.ts"
import { notificationText } from "../message/serialise.ts"
import type { ResponseText } from "../message/slice.ts"
import type { SubscribeOptions, Subscription, SubscriptionKeeper } from "../subscription/subscription.ts"
import type { PushTransport } from "../transport/transport.ts"
import { OutgoingCall, type BatchCall, type BatchOutcome, type CallOptions } from "./call.ts"
import type { PendingCalls } from "./pending-calls.ts"
import { CallCancelledError, CallTimeoutError, EncodeError, CallError, type Sent } from "./errors.ts"
import { Life } from "./lifecycle.ts"
import type { Peer } from "./peer.ts"

/** How long a call waits for its answer when nobody says otherwise, in milliseconds. */
export const DEFAULT_TIMEOUT_MS = 60_000

/**
 * The calling half of a connection: sends calls, and ends the wait for their answers when nobody waits any more. Whoever
 * extends it writes to the transport and reads from it, keeps the time, and does something with the requests of the other
 * side: a `Caller` refuses them, a `Connection` has a serving half.
 */
export abstract class CallingHalf extends Life implements Peer {
  protected readonly timeoutMs: number
  protected abstract readonly engine: PendingCalls<OutgoingCall>
  /** Flushes so far. What is sent now leaves when this number grows. */
  protected flushes = 0
  #subscriptions: SubscriptionKeeper | undefined
  #state: Map<unknown, unknown> | undefined

  /** @param timeoutMs How long a call waits for its answer, in milliseconds; `Infinity` for ever. */
  constructor(transport: PushTransport, clock: Timers, timeoutMs = DEFAULT_TIMEOUT_MS) {
    super(transport, clock)
    this.timeoutMs = timeoutMs
  }

  get remote(): string {
    return this.transport.remote
  }

  get bufferedBytes(): number {
    return this.transport.bufferedBytes
  }

  get state(): Map<unknown, unknown> {
    return (this.#state ??= new Map<unknown, unknown>())
  }

  request(method: string, params?: Params, options: CallOptions = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call = new OutgoingCall(method, this.flushes, options.reader, resolve, reject)
      this.#begin(options, [call], reject, () => this.sendOwn(this.engine.request(method, params, call)))
    })
  }

  notify(method: string, params?: Params): Promise<void> {
    try {
      this.#mustBeOpen()
      this.sendOwn(notificationText(method, params))
    } catch (error) {
      const refused = Promise.reject(unsendable(error))
      refused.catch(() => {})
      return refused
    }
    return this.keepsUp()
  }

  batch(entries: readonly BatchCall[], options: CallOptions = {}): Promise<BatchOutcome[]> {
    return new Promise((resolve, reject) => {
      // How notifications end; the calls put theirs into their places.
      const outcomes = entries.map((): BatchOutcome => ({ ok: true, value: undefined }))
      const calls: OutgoingCall[] = []
      let ended = 0
      const put = (index: number, outcome: BatchOutcome): void => {
        outcomes[index] = outcome
        ended++
        if (ended === calls.length) resolve(outcomes)
      }
      const succeed = (value: unknown, index: number): void => put(index, { ok: true, value })
      const fail = (error: unknown, index: number): void => put(index, { ok: false, error: error as JsonRpcError })
      const batch = entries.map(({ method, params, isNotification, reader }, index) => {
        const call =
          isNotification === true ? undefined : new OutgoingCall(method, this.flushes, reader, succeed, fail, index)
        if (call !== undefined) calls.push(call)
        return { method, params, call }
      })
      this.#begin(options, calls, reject, () => {
        if (batch.length > 0) this.sendOwn(this.engine.batch(batch))
        if (ended === calls.length) resolve(outcomes)
      })
    })
  }

  subscribe(method: string, params?: Params, options: SubscribeOptions = {}): Subscription {
    this.#subscriptions ??= this.makeSubscriptions(options)
    return this.#subscriptions.subscribe(method, params, options)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Makes what keeps the subscriptions, when there is a first one. */
  protected abstract makeSubscriptions(options: SubscribeOptions): SubscriptionKeeper

  /** Sends a text as soon as the turn ends. */
  protected abstract send(text: string): void

  /** Resolves when the other side keeps up with reading. */
  protected abstract keepsUp(): Promise<void>

  /** Has a call {@link timeOut} when it has no answer in so many milliseconds. */
  protected abstract keepTime(call: OutgoingCall, ms: number): void

  /** Sends what this side says of itself. Throws when it must not be sent; then nothing was. */
  protected sendOwn(text: string): void {
    this.send(text)
  }

  /** Takes a notification that is about a subscription of ours; false when it is about something else. */
  protected takeNews(
    notification: Pick<NotificationMessage, "method" | "params">,
    source: ResponseText,
    index: number | undefined,
  ): boolean {
    return this.#subscriptions?.take(notification, source, index) ?? false
  }

  /** Nobody waits for the answer to a call any more. */
  protected onGivenUp(_id: number | string): void {}

  /** The time for a call is over. */
  protected timeOut(call: OutgoingCall): void {
    this.#giveUp(call, new CallTimeoutError(`${this.remote} did not answer ${call.method} in time`, "maybe"))
  }

  /** Fails every call that waits. */
  protected failAll(): void {
    for (const call of this.engine.pending.values()) {
      this.engine.forget(call)
      call.end(this.closedError(this.flushes > call.flushesBefore ? "maybe" : "no"))
    }
  }

  protected override settle(): void {
    this.failAll()
    this.#subscriptions?.closeAll(this.closedError("maybe"))
  }

  #mustBeOpen(): void {
    if (this.status !== "open") throw this.closedError("no")
  }

  /** Sends calls, unless that cannot be. */
  #begin(
    { signal, timeoutMs = this.timeoutMs }: CallOptions,
    calls: readonly OutgoingCall[],
    reject: (error: unknown) => void,
    send: () => void,
  ): void {
    try {
      this.#mustBeOpen()
      if (signal?.aborted === true) throw cancelled(signal, "no")
      send()
      for (const call of calls) {
        if (timeoutMs !== Infinity) this.keepTime(call, timeoutMs)
        if (signal !== undefined) this.#listen(call, signal)
      }
    } catch (error) {
      for (const call of calls) this.engine.forget(call)
      reject(unsendable(error))
    }
  }

  #listen(call: OutgoingCall, signal: AbortSignal): void {
    const cancel = (): void => this.#giveUp(call, cancelled(signal, "maybe"))
    signal.addEventListener("abort", cancel)
    call.unlisten = () => signal.removeEventListener("abort", cancel)
  }

  #giveUp(call: OutgoingCall, error: JsonRpcError): void {
    if (!this.engine.forget(call)) return
    this.onGivenUp(call.id)
    call.end(error)
  }
}

function cancelled(signal: AbortSignal, sent: Sent): CallCancelledError {
  return new CallCancelledError("the call was cancelled", sent, { cause: signal.reason })
}

/** The error of a message that could not be written. */
function unsendable(error: unknown): CallError {
  return error instanceof CallError ? error : new EncodeError((error as Error).message, "no", { cause: error })
}
