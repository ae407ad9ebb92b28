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
 * Runs `main` to its end, and tells which came first: its own end or the cancellation of `scope`. When both happen in
 * the same turn, its own end counts (darkfi-rpc-and-apps 1.1, items 1 and 2). In a cancelled scope it does not begin.
 *
 * It calls back in the place of an async function: a server has one for each connection, and a function that is suspended
 * takes more memory than all the rest of a task.
 */
export function runToOutcome<T>(main: Main<T>, scope: CancelScope, tell: (outcome: Outcome<T>) => void): void {
  if (scope.cancelled) {
    void SETTLED.then(() => tell({ status: "stopped", reason: scope.reason }))
    return
  }
  let first: "end" | "cancel" | undefined
  // Not before the next microtask: a main that has ended already is about to say so.
  scope.onCancel(() => void SETTLED.then(() => (first ??= "cancel")))
  const onValue = (value: T): void => {
    first ??= "end"
    tell(first === "end" ? { status: "done", value } : { status: "stopped", reason: scope.reason })
  }
  const onError = (error: unknown): void => {
    const { reason } = scope
    first ??= "end"
    if (first === "end") tell({ status: "failed", error })
    else tell(comesFromCancel(scope, error) ? { status: "stopped", reason } : { status: "stopped", reason, error })
  }
  begin(main, scope).then(onValue, onError)
}

const SETTLED: Promise<void> = Promise.resolve()

function begin<T>(main: Main<T>, scope: CancelScope): Promise<T> {
  try {
    return Promise.resolve(main(scope))
  } catch (error) {
    return Promise.reject(error)
  }
}
