import { same, short } from "../match.ts"
import type { ExpectedOutcome } from "../vector.ts"

/** How a call ended. */
export type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown }

/** The one outcome of a promise, as a list. Never rejects. */
export function settle(promise: Promise<unknown>): Promise<readonly Outcome[]> {
  return promise.then(
    (value) => [{ ok: true, value }],
    (error: unknown) => [{ ok: false, error }],
  )
}

/** Compares how calls ended with how they had to. Gives what is wrong, or `undefined`. */
export function outcomeMismatch(expected: readonly ExpectedOutcome[], ends: readonly Outcome[]): string | undefined {
  if (ends.length !== expected.length) return `${expected.length} calls, and ${ends.length} outcomes`
  const index = expected.findIndex((each, i) => !isOutcome(each, ends[i] as Outcome))
  if (index === -1) return undefined
  const end = ends[index] as Outcome
  return `call ${index + 1} has to end with ${short(expected[index])}, and ended with ${end.ok ? short(end.value) : String(end.error)}`
}

function isOutcome(expected: ExpectedOutcome, end: Outcome): boolean {
  if ("result" in expected) return end.ok && same(expected.result, end.value)
  if (end.ok) return false
  const { code, data, sent } = (end.error ?? {}) as { code?: unknown; data?: unknown; sent?: unknown }
  if ("error" in expected) return code === expected.error && (expected.data === undefined || same(expected.data, data))
  return typeof code !== "number" && (expected.sent === undefined || expected.sent === sent)
}
