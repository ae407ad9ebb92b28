import type { SchemaIssue } from "./standard-schema.ts"

/** An issue as one line, such as `options.limit: expected number, got string`. */
export function issueText({ message, path = [] }: SchemaIssue, root?: string): string {
  // Not path.map: a path of arktype is an Array of its own kind, which map would make anew in its own way.
  const keys = Array.from(path, (key) => String(typeof key === "object" ? key.key : key))
  const where = (root === undefined ? keys : [root, ...keys]).join(".")
  return where === "" ? message : `${where}: ${message}`
}
