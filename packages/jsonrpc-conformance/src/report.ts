import type { Demand, Verdict } from "./vector.ts"

/** How many vectors of a demand passed, of those that were tried. */
export interface Count {
  readonly passed: number
  readonly tried: number
}

/** Counts, for what the standard demands and for what is policy apart. */
export function count(verdicts: readonly Verdict[]): Readonly<Record<Demand, Count>> {
  return { standard: countOf(verdicts, "standard"), policy: countOf(verdicts, "policy") }
}

/** The verdicts of one server or client. */
export interface Column {
  readonly title: string
  readonly verdicts: readonly Verdict[]
}

/** The verdicts on what runs over one transport. */
export interface Row {
  readonly name: string
  readonly columns: readonly Column[]
}

/** A table of rows: one line for each, one for each reason why vectors were skipped, and one for each that failed. */
export function table(rows: readonly Row[]): string {
  const header = ["", ...(rows[0]?.columns ?? []).flatMap(({ title }) => [`${title}: standard`, "policy"])]
  const lines = rows.map(({ name, columns }) => [name, ...columns.flatMap(({ verdicts }) => cells(verdicts))])
  const widths = header.map((_, index) => Math.max(...[header, ...lines].map((line) => line[index]?.length ?? 0)))
  const text = [header, ...lines].map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  )
  return [...text, ...skips(rows), ...failures(rows)].join("\n")
}

function countOf(verdicts: readonly Verdict[], demand: Demand): Count {
  const tried = verdicts.filter(({ vector, status }) => vector.demand === demand && status !== "skipped")
  return { passed: tried.filter(({ status }) => status === "passed").length, tried: tried.length }
}

function cells(verdicts: readonly Verdict[]): string[] {
  const { standard, policy } = count(verdicts)
  return [standard, policy].map(({ passed, tried }) => (tried === 0 ? "-" : `${passed} of ${tried}`))
}

function skips(rows: readonly Row[]): string[] {
  return rows.flatMap(({ name, columns }) =>
    columns.flatMap(({ title, verdicts }) => {
      const reasons = verdicts.filter(({ status }) => status === "skipped").map(({ why = "" }) => why)
      return [...new Set(reasons)].map(
        (why) => `${name}, ${title}: ${reasons.filter((each) => each === why).length} skipped: ${why}`,
      )
    }),
  )
}

function failures(rows: readonly Row[]): string[] {
  return rows.flatMap(({ name, columns }) =>
    columns.flatMap(({ title, verdicts }) =>
      verdicts
        .filter(({ status }) => status === "failed")
        .map(
          ({ vector, why = "" }) => `${name}, ${title}, ${vector.section} ${vector.name} (${vector.demand}): ${why}`,
        ),
    ),
  )
}
