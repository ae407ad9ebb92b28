import { isOwnSchema } from "./own-schema.ts"
import type { SchemaResult, StandardSchema } from "./standard-schema.ts"

/** Checks a value. Only foreign schemas may take their time. */
export function validate(
  schema: StandardSchema,
  value: unknown,
): SchemaResult<unknown> | Promise<SchemaResult<unknown>> {
  if (isOwnSchema(schema) && schema.accepts(value)) return { value }
  return schema["~standard"].validate(value)
}
