import type { Timer } from "@dchat/runtime"
import { RpcError, type JsonRpcError } from "../message/rpc-error.ts"
import type { Params } from "../message/message.ts"
import type { ResultCutter } from "../message/slice.ts"
import { PendingCall } from "./pending-calls.ts"

/** How a call is made. */
export interface CallOptions {
  /** Ends the wait. The other side is told when the dialect has a way; it may carry the call out all the same. */
  signal?: AbortSignal | undefined
  /** How long to wait for the answer, in milliseconds; `Infinity` for ever. Default: the connection's `timeoutMs`. */
  timeoutMs?: number | undefined
  /** Whether it does no harm to carry the call out twice: a `reconnecting` peer then makes it again. Default false. */
  idempotent?: boolean | undefined
  /** Hears how far the call has come, where the dialect has a way to tell. What it throws goes to the log. */
  onProgress?: ((value: unknown) => void) | undefined
  /** Looks at the answer before the caller gets it. Default: the answer is given as it came. */
  reader?: AnswerReader | undefined
}

/** Makes what a caller gets from what came. */
export interface AnswerReader {
  /** How the text of the result is found, for a `value` that wants it as `JsonText`, untouched. Default: as it was parsed. */
  readonly cut?: ResultCutter | undefined
  /** The result that the caller gets, or a promise of it. What it throws is what the call rejects with. */
  value(result: unknown): unknown
  /** The error that the call rejects with. */
  error(error: RpcError): JsonRpcError
}

/** One call of a batch. */
export interface BatchCall {
  readonly method: string
  readonly params?: Params | undefined
  /** Sent as a notification: nobody waits for its answer. Default false. */
  readonly isNotification?: boolean
  readonly reader?: AnswerReader | undefined
}

/** How one call of a batch ended. A notification ends with `undefined`. */
export type BatchOutcome<Value = unknown> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: JsonRpcError }

/** Hears how a call ended, and which place it has in its batch: 0 when it travels alone. */
type Listener<T> = (outcome: T, index: number) => void

/** A call whose caller waits. */
export class OutgoingCall extends PendingCall {
  readonly method: string
  /** How many flushes there were before it was sent. When there are more, it has left. */
  readonly flushesBefore: number
  /** When it times out, on the monotonic clock, where that is not up to a timer of its own. */
  deadline = Infinity
  /** That timer. */
  timer: Timer | undefined = undefined
  /** Stops listening to the caller's signal. */
  unlisten: (() => void) | undefined = undefined
  readonly #reader: AnswerReader | undefined
  readonly #resolve: Listener<unknown>
  readonly #reject: Listener<unknown>
  readonly #index: number

  constructor(
    method: string,
    flushesBefore: number,
    reader: AnswerReader | undefined,
    resolve: Listener<unknown>,
    reject: Listener<unknown>,
    index = 0,
  ) {
    super()
    this.method = method
    this.flushesBefore = flushesBefore
    this.#reader = reader
    this.#resolve = resolve
    this.#reject = reject
    this.#index = index
    this.cut = reader?.cut
  }

  /** The other side has answered, or there will be no answer. */
  end(error: JsonRpcError | undefined, result?: unknown): void {
    this.timer?.cancel()
    this.unlisten?.()
    const reader = this.#reader
    const index = this.#index
    try {
      if (error !== undefined) {
        return this.#reject(reader !== undefined && error instanceof RpcError ? reader.error(error) : error, index)
      }
      const value = reader === undefined ? result : reader.value(result)
      if (!(value instanceof Promise)) return this.#resolve(value, index)
      // A schema of somebody else may take its time.
      value.then(
        (late) => this.#resolve(late, index),
        (unreadable: unknown) => this.#reject(unreadable, index),
      )
    } catch (unreadable) {
      this.#reject(unreadable, index)
    }
  }
}
