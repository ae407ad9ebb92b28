/** How a program ends, as its exit code says. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const

/**
 * Something went wrong that a person can do something about. The text is one line that says what, where, and what to do;
 * it is shown without a stack trace.
 */
export class Failure extends Error {
  override readonly name = "Failure"
}

/** An error as it is shown to a person: one line, or with `verbose` its stack and those of its causes. */
export function present(error: unknown, verbose: boolean): string {
  if (verbose) return stacks(error)
  const [line = ""] = messageOf(error).split("\n")
  return error instanceof Failure ? line : `unexpected error: ${line}; run it again with -v to see where`
}

/** What an error says of itself, on one line or more. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function stacks(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error.stack ?? `${error.name}: ${error.message}`
  return error.cause === undefined ? own : `${own}\ncaused by ${stacks(error.cause)}`
}
