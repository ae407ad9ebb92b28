import { isStopped } from "../errors.ts"

/** What a wait needs to know of a `CancelScope`. */
export interface CancelToken {
  readonly cancelled: boolean
  /** Why it was cancelled; `undefined` while it is not. */
  readonly reason: unknown
  /** Throws the reason if it is cancelled. */
  checkpoint(): void
  /** Calls `callback` with the reason when it is cancelled; at once when it already is. Returns what unlinks it. */
  onCancel(callback: (reason: unknown) => void): () => void
}

/**
 * What can cancel a wait: the platform's `AbortSignal`, or a `CancelScope`, which is cheaper. Everything in this package
 * that waits takes either, under the name `signal`.
 */
export type Cancellation = AbortSignal | CancelToken

/** The options of everything that waits. */
export interface Cancellable {
  /** Ends the wait, which then rejects with the signal's reason. */
  readonly signal?: Cancellation | undefined
}

/** Throws the reason of `signal` if it is cancelled. Every wait begins with it. */
export function checkpoint(signal: Cancellation | undefined): void {
  if (signal === undefined) return
  if (isToken(signal)) signal.checkpoint()
  else signal.throwIfAborted()
}

/**
 * Calls `callback` with the reason once `signal` is cancelled; at once when it already is.
 *
 * @returns Makes sure that the callback is not called any more, and leaves nothing on the signal. To be called when the
 * wait has ended in another way.
 */
export function whenCancelled(signal: Cancellation | undefined, callback: (reason: unknown) => void): () => void {
  if (signal === undefined) return nothing
  if (isToken(signal)) return signal.onCancel(callback)
  if (signal.aborted) {
    callback(signal.reason)
    return nothing
  }
  const listener = (): void => callback(signal.reason)
  signal.addEventListener("abort", listener, { once: true })
  return () => signal.removeEventListener("abort", listener)
}

/** Whether `error` is nothing but the cancellation of `token`, come back from whatever was waiting. */
export function comesFromCancel(token: CancelToken, error: unknown): boolean {
  return token.cancelled && (error === token.reason || isStopped(error))
}

function isToken(signal: Cancellation): signal is CancelToken {
  return "onCancel" in signal
}

function nothing(): void {}
