import type { OutputOf, SchemaIssue, StandardSchema } from "./standard-schema.ts"

/**
 * A schema of this package: a test, a name, and the type that the test makes sure of. It changes nothing in the value, so
 * that a value which fits costs one call and no memory.
 */
export interface Schema<T> extends StandardSchema<T, T> {
  /** What values are called in messages, such as `list of string`. */
  readonly name: string
  accepts(value: unknown): value is T
}

/** Text. */
export const string: Schema<string> = schema("string", (value) => typeof value === "string")

/** A number that JSON can carry: not NaN, not infinite. */
export const number: Schema<number> = schema("number", (value) => Number.isFinite(value))

/** A whole number that is exact: from -(2^53 - 1) to 2^53 - 1. */
export const integer: Schema<number> = schema("integer", (value) => Number.isSafeInteger(value))

/** `true` or `false`. */
export const boolean: Schema<boolean> = schema("boolean", (value) => typeof value === "boolean")

/** Anything that JSON can carry. A value that is absent does not fit. */
export const unknown: Schema<unknown> = schema("value", (value) => value !== undefined)

/** One of the given texts, numbers, booleans or `null`. */
export function literal<const T extends readonly (string | number | boolean | null)[]>(
  ...values: T
): Schema<T[number]> {
  return schema(values.map((value) => JSON.stringify(value)).join(" or "), (value) =>
    (values as readonly unknown[]).includes(value),
  )
}

/** An array whose items all fit. */
export function list<S extends Schema<unknown>>(item: S): Schema<OutputOf<S>[]> {
  return schema(
    `list of ${item.name}`,
    (value) => Array.isArray(value) && value.every((each) => item.accepts(each)),
    (value) => {
      if (!Array.isArray(value)) return undefined
      const index = value.findIndex((each) => !item.accepts(each))
      return [index, item, value[index]]
    },
  )
}

/** An object of any names, whose values all fit. */
export function record<S extends Schema<unknown>>(item: S): Schema<Record<string, OutputOf<S>>> {
  return schema(
    `record of ${item.name}`,
    (value) => isObject(value) && Object.values(value).every((each) => item.accepts(each)),
    (value) => {
      if (!isObject(value)) return undefined
      const found = Object.entries(value).find(([, each]) => !item.accepts(each))
      return found === undefined ? undefined : [found[0], item, found[1]]
    },
  )
}

/** The properties of an {@link object}. */
export type Shape = Readonly<Record<string, Schema<unknown>>>

/** The type of an object of a shape: properties that may be absent are optional. */
export type ShapeType<S extends Shape> = Simplify<
  { [K in OptionalKeys<S>]?: OutputOf<S[K]> } & { [K in Exclude<keyof S, OptionalKeys<S>>]: OutputOf<S[K]> }
>

/** An object with these properties. Others may be there too, and stay. */
export function object<S extends Shape>(shape: S): Schema<ShapeType<S>> {
  const properties = Object.entries(shape)
  return schema(
    "object",
    (value) => isObject(value) && properties.every(([name, property]) => property.accepts(own(value, name))),
    (value) => {
      if (!isObject(value)) return undefined
      const found = properties.find(([name, property]) => !property.accepts(own(value, name)))
      return found === undefined ? undefined : [found[0], found[1], own(value, found[0])]
    },
  )
}

/** The value, or nothing: a parameter or a property that may be absent. */
export function optional<S extends Schema<unknown>>(inner: S): Schema<OutputOf<S> | undefined> {
  return schema(`${inner.name} or nothing`, (value) => value === undefined || inner.accepts(value), blameOf(inner))
}

/** The value, or `null`. */
export function nullable<S extends Schema<unknown>>(inner: S): Schema<OutputOf<S> | null> {
  return schema(`${inner.name} or null`, (value) => value === null || inner.accepts(value), blameOf(inner))
}

/** A value that fits one of several schemas. */
export function oneOf<const S extends readonly Schema<unknown>[]>(...choices: S): Schema<OutputOf<S[number]>> {
  return schema(choices.map(({ name }) => name).join(" or "), (value) =>
    choices.some((choice) => choice.accepts(value)),
  )
}

/** Whether it is a schema of this package, whose test can be called directly. */
export function isOwnSchema(value: StandardSchema): value is Schema<unknown> {
  return "accepts" in value
}

/** Where in a value that does not fit it goes wrong: the key of a part, what the part should be, and what it is. */
type Blame = readonly [key: PropertyKey, schema: Schema<unknown>, part: unknown]

interface BlamingSchema<T> extends Schema<T> {
  /** The part of a value that is to blame; `undefined` when it is the value itself. */
  blame(value: unknown): Blame | undefined
}

function schema<T>(
  name: string,
  test: (value: unknown) => boolean,
  blame: (value: unknown) => Blame | undefined = () => undefined,
): Schema<T> {
  const self: BlamingSchema<T> = {
    name,
    accepts: test as (value: unknown) => value is T,
    blame,
    "~standard": {
      version: 1,
      vendor: "dchat",
      validate: (value) => (self.accepts(value) ? { value } : { issues: [issue(self, value)] }),
    },
  }
  return self
}

function blameOf(inner: Schema<unknown>): (value: unknown) => Blame | undefined {
  return (value) => (inner as BlamingSchema<unknown>).blame(value)
}

function issue(schema: Schema<unknown>, value: unknown): SchemaIssue {
  const path: PropertyKey[] = []
  let culprit = schema
  let part = value
  for (let blame = blameOf(culprit)(part); blame !== undefined; blame = blameOf(culprit)(part)) {
    path.push(blame[0])
    culprit = blame[1]
    part = blame[2]
  }
  return { message: `expected ${culprit.name}, got ${nameOf(part)}`, path }
}

function nameOf(value: unknown): string {
  if (value === undefined) return "nothing"
  if (value === null) return "null"
  return Array.isArray(value) ? "list" : typeof value
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function own(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined
}

type OptionalKeys<S extends Shape> = { [K in keyof S]: undefined extends OutputOf<S[K]> ? K : never }[keyof S]

type Simplify<T> = { [K in keyof T]: T[K] }
