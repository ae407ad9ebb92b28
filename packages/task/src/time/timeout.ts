import { CancelScope } from "../cancel/cancel-scope.ts"
import { checkpoint, comesFromCancel, type Cancellable } from "../cancel/cancellation.ts"
import type { AlarmClock } from "./alarm.ts"

/** Options of {@link timeout}. */
export interface TimeoutOptions extends Cancellable {
  /** Default: the platform's. */
  readonly clock?: AlarmClock | undefined
}

/**
 * Runs `body` in a scope that is cancelled after `ms` milliseconds, with a `TimeoutError`.
 *
 * It waits for the body to end in any case, so that nothing runs on behind its back. A body that ends with a value has
 * made it, however late.
 */
export async function timeout<T>(
  ms: number,
  body: (scope: CancelScope) => Promise<T>,
  { signal, clock }: TimeoutOptions = {},
): Promise<T> {
  checkpoint(signal)
  const scope = new CancelScope(signal, { timeoutMs: ms, clock })
  try {
    return await body(scope)
  } catch (error) {
    // The platform tells of a cancel with an AbortError of its own; callers want the reason.
    throw comesFromCancel(scope, error) ? scope.reason : error
  } finally {
    scope[Symbol.dispose]()
  }
}
