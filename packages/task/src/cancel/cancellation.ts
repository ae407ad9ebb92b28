import { isStopped } from "../errors.ts"
import type { CancelScope } from "./cancel-scope.ts"

/**
 * What can cancel a wait: the platform's `AbortSignal`, or our own {@link CancelScope}, which is cheaper. Everything in
 * this package that waits takes either, under the name `signal`.
 */
export type Cancellation = AbortSignal | CancelScope

/** The options of everything that waits. */
export interface Cancellable {
  /** Ends the wait, which then rejects with the signal's reason. */
  readonly signal?: Cancellation | undefined
}

/** Throws the reason of `signal` if it is cancelled. Every wait begins with it. */
export function checkpoint(signal: Cancellation | undefined): void {
  if (signal === undefined) return
  if (isScope(signal)) signal.checkpoint()
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
  if (isScope(signal)) return signal.onCancel(callback)
  if (signal.aborted) {
    callback(signal.reason)
    return nothing
  }
  const listener = (): void => callback(signal.reason)
  signal.addEventListener("abort", listener, { once: true })
  return () => signal.removeEventListener("abort", listener)
}

/** Whether `error` is nothing but the cancellation of `scope`, come back from whatever was waiting. */
export function comesFromCancel(scope: CancelScope, error: unknown): boolean {
  return scope.cancelled && (error === scope.reason || isStopped(error))
}

function isScope(signal: Cancellation): signal is CancelScope {
  return "onCancel" in signal
}

function nothing(): void {}
