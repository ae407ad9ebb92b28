import type { SchemaIssue } from "./standard-schema.ts"

/** Issues as one line, such as `options.limit: expected number, got string`. */
export function issueText(issues: readonly SchemaIssue[]): string {
  return issues.map(lineOf).join("; ")
}

function lineOf({ message, path = [] }: SchemaIssue): string {
  // Not path.map: a path of arktype is an Array of its own kind, which map would make anew in its own way.
  const where = Array.from(path, (key) => String(typeof key === "object" ? key.key : key)).join(".")
  return where === "" ? message : `${where}: ${message}`
}

/** The same issues of a value that stands under a name. */
export function issuesAt(name: string, issues: readonly SchemaIssue[]): SchemaIssue[] {
  return issues.map(({ message, path = [] }) => ({ message, path: [name, ...path] }))
}
