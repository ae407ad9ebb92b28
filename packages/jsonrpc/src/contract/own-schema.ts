import type { Flavor } from "../flavor/flavor.ts"
import type { ResultCutter } from "../message/slice.ts"
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
  readonly revive?: ((json: unknown, flavor: Flavor) => unknown) | undefined
  /** By which values are written and made when nobody has chosen one. `undefined` where JSON has the value itself. */
  readonly flavor?: Flavor | undefined
  /** How a result that is to be the text that it came as is found in its message. `undefined` for all other values. */
  readonly cut?: ResultCutter | undefined
}

/** Whether values are to be the text that they came as. */
export function wantsText(schema: StandardSchema): boolean {
  return isOwnSchema(schema) && schema.cut !== undefined
}

/** By which flavor values of a schema are written when nobody has chosen one; `undefined` where JSON has them itself. */
export function flavorOf(schema: StandardSchema): Flavor | undefined {
  return isOwnSchema(schema) ? schema.flavor : undefined
}

/** Whether it is a schema of this package, whose test can be called directly. */
export function isOwnSchema(value: StandardSchema): value is Schema<unknown> {
  return "accepts" in value
}
