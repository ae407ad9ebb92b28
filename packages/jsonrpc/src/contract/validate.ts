import { isOwnSchema } from "./schema.ts"
import type { SchemaIssue, SchemaResult, StandardSchema } from "./standard-schema.ts"

/** Checks a value. Only foreign schemas may take their time. */
export function validate(
  schema: StandardSchema,
  value: unknown,
): SchemaResult<unknown> | Promise<SchemaResult<unknown>> {
  if (isOwnSchema(schema) && schema.accepts(value)) return { value }
  return schema["~standard"].validate(value)
}

/** An issue as one line, such as `options.limit: expected number, got string`. */
export function issueText({ message, path = [] }: SchemaIssue, root?: string): string {
  const keys = path.map((key) => String(typeof key === "object" ? key.key : key))
  const where = (root === undefined ? keys : [root, ...keys]).join(".")
  return where === "" ? message : `${where}: ${message}`
}
