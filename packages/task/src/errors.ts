/** The codes of this package's errors. */
export type TaskErrorCode = "stopped" | "timeout" | "closed" | "overflow" | "leaked" | "misuse" | "retries-exhausted"

/** What all errors of this package have in common. Match on the class or on `code`, never on the text. */
export abstract class TaskError extends Error {
  override readonly name: string = "TaskError"
  /** What happened, for programs. A subclass elsewhere may bring a code of its own. */
  abstract readonly code: string
}

/**
 * Somebody asked the work to end. It is no failure.
 *
 * Extend it to give a service a stop error of its own: `class RpcServerStopped extends Stopped {}`.
 */
export class Stopped extends TaskError {
  override readonly name: string = "Stopped"
  readonly code: string = "stopped" satisfies TaskErrorCode

  constructor(message = "stopped", options?: ErrorOptions) {
    super(message, options)
  }
}

/** The time that was allowed is over. */
export class TimeoutError extends TaskError {
  override readonly name = "TimeoutError"
  readonly code = "timeout" satisfies TaskErrorCode
  /** How much time was allowed, in milliseconds. */
  readonly ms: number

  constructor(ms: number) {
    super(`not done within ${ms} ms`)
    this.ms = ms
  }
}

/** The queue, subscription, group or set takes or gives nothing more. */
export class Closed extends TaskError {
  override readonly name = "Closed"
  readonly code = "closed" satisfies TaskErrorCode
}

/** A subscriber was too slow and had chosen to be closed for it. */
export class Overflow extends TaskError {
  override readonly name = "Overflow"
  readonly code = "overflow" satisfies TaskErrorCode
}

/** A task was told to stop and has not ended within the grace time. It still runs. */
export class Leaked extends TaskError {
  override readonly name = "Leaked"
  readonly code = "leaked" satisfies TaskErrorCode
}

/** The caller has a bug: the text says what to do instead. */
export class Misuse extends TaskError {
  override readonly name = "Misuse"
  readonly code = "misuse" satisfies TaskErrorCode
}

/** Every attempt failed. `cause` is the last attempt's error. */
export class RetriesExhausted extends TaskError {
  override readonly name = "RetriesExhausted"
  readonly code = "retries-exhausted" satisfies TaskErrorCode
  /** How many attempts were made. */
  readonly attempts: number

  constructor(attempts: number, cause: unknown) {
    super(`failed ${attempts} times, last with: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.attempts = attempts
  }
}

/** Whether `error` says that somebody asked for the end: {@link Stopped}, or the platform's own `AbortError`. */
export function isStopped(error: unknown): boolean {
  return error instanceof Stopped || (error instanceof Error && error.name === "AbortError")
}

/** Whether `error` says that time ran out: {@link TimeoutError}, or the platform's own. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError"
}
