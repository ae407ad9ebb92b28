import { comesFromCancel } from "../cancel/cancellation.ts"
import type { CancelScope } from "../cancel/cancel-scope.ts"

/** The work of a task. It gets the scope in which it runs and must end soon after that is cancelled. */
export type Main<T> = (scope: CancelScope) => Promise<T>

/** How a task has ended. */
export type Outcome<T> =
  /** It came to its own end. */
  | { readonly status: "done"; readonly value: T }
  /**
   * It was stopped first. `reason` is the stop error that was chosen at the start. `error` is there when the work threw
   * something else on its way out.
   */
  | { readonly status: "stopped"; readonly reason: unknown; readonly error?: unknown }
  /** It threw an error of its own, or its stop handler did. */
  | { readonly status: "failed"; readonly error: unknown }

/**
 * How a `main` has ended that gave a value: by itself, or because its scope was cancelled before. When both happen in the
 * same turn, its own end counts (darkfi-rpc-and-apps 1.1, items 1 and 2).
 */
export function outcomeOfValue<T>(scope: CancelScope, value: T): Outcome<T> {
  return scope.wasCancelled ? { status: "stopped", reason: scope.reason } : { status: "done", value }
}

/** How a `main` has ended that threw, as {@link outcomeOfValue} says it of one that did not. */
export function outcomeOfError(scope: CancelScope, error: unknown): Outcome<never> {
  if (!scope.wasCancelled) return { status: "failed", error }
  const { reason } = scope
  return comesFromCancel(scope, error) ? { status: "stopped", reason } : { status: "stopped", reason, error }
}
