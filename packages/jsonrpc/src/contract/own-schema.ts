import type { Flavor } from "../flavor/flavor.ts"
import type { JsonSchema, StandardSchema } from "./standard-schema.ts"

/**
 * A schema of this package: a test, a name, and the type that the test makes sure of. Most change nothing in the value, so
 * that a value which fits costs one call and no memory; `bigint`, `bytes`, `date` and `rawJson` are
 * made by a flavor before they are tested.
 */
export interface Schema<T> extends StandardSchema<T, T> {
  /** What values are called in messages, such as `list of string`. */
  readonly name: string
  accepts(value: unknown): value is T
  /** The same as JSON Schema, draft 7. */
  readonly json: JsonSchema
  /** Makes the value from what JSON has for it. `undefined` where JSON has the value itself. */
  readonly revive: ((json: unknown, flavor: Flavor) => unknown) | undefined
  /** Whether the value is to be the text that it came as. */
  readonly keepsText: boolean
}

/** Whether values are to be the text that they came as. */
export function wantsText(schema: StandardSchema): boolean {
  return isOwnSchema(schema) && schema.keepsText
}

/** Whether it is a schema of this package, whose test can be called directly. */
export function isOwnSchema(value: StandardSchema): value is Schema<unknown> {
  return "accepts" in value
}
