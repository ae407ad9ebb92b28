import { jsonFlavor, type Flavor, type Forms } from "../flavor/flavor.ts"
import { isDate } from "../flavor/forms.ts"
import { JsonText } from "../message/json-text.ts"
import { cutResult, type ResultCutter } from "../message/slice.ts"
import type { Schema } from "./own-schema.ts"
import type { JsonSchema, OutputOf, SchemaIssue } from "./standard-schema.ts"

/** Text. */
export const string: Schema<string> = /* @__PURE__ */ schema(
  "string",
  { type: "string" },
  (value) => typeof value === "string",
)

/** A number that JSON can carry: not NaN, not infinite. */
export const number: Schema<number> = /* @__PURE__ */ schema("number", { type: "number" }, (value) =>
  Number.isFinite(value),
)

/** A whole number that is exact: from -(2^53 - 1) to 2^53 - 1. */
export const integer: Schema<number> = /* @__PURE__ */ schema("integer", { type: "integer" }, (value) =>
  Number.isSafeInteger(value),
)

/** `true` or `false`. */
export const boolean: Schema<boolean> = /* @__PURE__ */ schema(
  "boolean",
  { type: "boolean" },
  (value) => typeof value === "boolean",
)

/** Anything that JSON can carry. A value that is absent does not fit. */
export const unknown: Schema<unknown> = /* @__PURE__ */ schema("value", {}, (value) => value !== undefined)

/** Whatever the compiler says it is: nothing is checked at run time. */
export function type<T>(): Schema<T> {
  return schema("anything", {}, () => true)
}

/** A whole number of any size. On the wire as the flavor says, by default a text of digits; 4,096 of them at most. */
export const bigint: Schema<bigint> = /* @__PURE__ */ formed("bigint", "bigint", (value) => typeof value === "bigint")

/** Bytes. On the wire as the flavor says, by default base64. */
export const bytes: Schema<Uint8Array> = /* @__PURE__ */ formed(
  "bytes",
  "bytes",
  (value) => value instanceof Uint8Array,
)

/** A point in time. On the wire as the flavor says, by default a text of ISO 8601. */
export const date: Schema<Date> = /* @__PURE__ */ formed(
  "date",
  "date",
  (value) => isDate(value) && !Number.isNaN(value.getTime()),
)

/**
 * JSON text, passed through untouched: as the result, or as one of the parameters. Deeper inside it is text that means the
 * same, but its spaces are gone.
 */
export const rawJson: Schema<JsonText> = /* @__PURE__ */ schema("JSON", {}, (value) => value instanceof JsonText, {
  cut: cutResult,
  flavor: jsonFlavor,
  revive: (json, flavor) => (json === undefined || json instanceof JsonText ? json : new JsonText(flavor.encode(json))),
})

/** One of the given texts, numbers, booleans or `null`. */
export function literal<const T extends readonly (string | number | boolean | null)[]>(
  ...values: T
): Schema<T[number]> {
  return schema(values.map((value) => JSON.stringify(value)).join(" or "), { enum: values }, (value) =>
    (values as readonly unknown[]).includes(value),
  )
}

/** An array whose items all fit. */
export function list<S extends Schema<unknown>>(item: S): Schema<OutputOf<S>[]> {
  const { revive } = item
  return schema(
    `list of ${item.name}`,
    { type: "array", items: item.json },
    (value) => Array.isArray(value) && value.every((each) => item.accepts(each)),
    {
      issueIn(value) {
        if (!Array.isArray(value)) return undefined
        const index = value.findIndex((each) => !item.accepts(each))
        return issueAt(index, item, value[index])
      },
      flavor: item.flavor,
      revive:
        revive === undefined
          ? undefined
          : (json, flavor) => (Array.isArray(json) ? json.map((each) => revive(each, flavor)) : json),
    },
  )
}

/** An object of any names, whose values all fit. */
export function record<S extends Schema<unknown>>(item: S): Schema<Record<string, OutputOf<S>>> {
  const { revive } = item
  return schema(
    `record of ${item.name}`,
    { type: "object", additionalProperties: item.json },
    (value) => isObject(value) && Object.values(value).every((each) => item.accepts(each)),
    {
      issueIn(value) {
        if (!isObject(value)) return undefined
        const found = Object.entries(value).find(([, each]) => !item.accepts(each))
        return found === undefined ? undefined : issueAt(found[0], item, found[1])
      },
      flavor: item.flavor,
      revive: revive === undefined ? undefined : (json, flavor) => mapObject(json, (each) => revive(each, flavor)),
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
  const required = properties.filter(([, property]) => !property.accepts(undefined)).map(([name]) => name)
  return schema(
    "object",
    {
      type: "object",
      properties: Object.fromEntries(properties.map(([name, { json }]) => [name, json])),
      ...(required.length === 0 ? {} : { required }),
    },
    (value) => isObject(value) && properties.every(([name, property]) => property.accepts(own(value, name))),
    {
      issueIn(value) {
        if (!isObject(value)) return undefined
        const found = properties.find(([name, property]) => !property.accepts(own(value, name)))
        return found === undefined ? undefined : issueAt(found[0], found[1], own(value, found[0]))
      },
      flavor: properties.find(([, { flavor }]) => flavor !== undefined)?.[1].flavor,
      revive: properties.every(([, { revive }]) => revive === undefined)
        ? undefined
        : (json, flavor) =>
            mapObject(json, (each, name) => {
              const revive = Object.hasOwn(shape, name) ? shape[name]?.revive : undefined
              return revive === undefined ? each : revive(each, flavor)
            }),
    },
  )
}

/** The value, or nothing: a parameter or a property that may be absent. */
export function optional<S extends Schema<unknown>>(inner: S): Schema<OutputOf<S> | undefined> {
  return schema(
    `${inner.name} or nothing`,
    inner.json,
    (value) => value === undefined || inner.accepts(value),
    likeInner(inner),
  )
}

/** The value, or `null`. */
export function nullable<S extends Schema<unknown>>(inner: S): Schema<OutputOf<S> | null> {
  return schema(
    `${inner.name} or null`,
    { anyOf: [inner.json, { type: "null" }] },
    (value) => value === null || inner.accepts(value),
    likeInner(inner),
  )
}

/** A value that fits one of several schemas: the first that it fits. */
export function oneOf<const S extends readonly Schema<unknown>[]>(...choices: S): Schema<OutputOf<S[number]>> {
  return schema(
    choices.map(({ name }) => name).join(" or "),
    { anyOf: choices.map(({ json }) => json) },
    (value) => choices.some((choice) => choice.accepts(value)),
    {
      flavor: choices.find(({ flavor }) => flavor !== undefined)?.flavor,
      revive: choices.every(({ revive }) => revive === undefined)
        ? undefined
        : (json, flavor) => {
            for (const choice of choices) {
              const value = choice.revive === undefined ? json : choice.revive(json, flavor)
              if (choice.accepts(value)) return value
            }
            return json
          },
    },
  )
}

interface BlamingSchema<T> extends Schema<T> {
  /** What is wrong with a part of a value that does not fit; `undefined` when it is the value itself. */
  readonly issueIn?: ((value: unknown) => SchemaIssue | undefined) | undefined
}

/** What few schemas need. */
interface Extras {
  readonly issueIn?: BlamingSchema<unknown>["issueIn"]
  readonly revive?: Schema<unknown>["revive"]
  readonly flavor?: Flavor | undefined
  readonly cut?: ResultCutter | undefined
}

function schema<T>(name: string, json: JsonSchema, test: (value: unknown) => boolean, extras: Extras = {}): Schema<T> {
  const self: BlamingSchema<T> = {
    name,
    accepts: test as (value: unknown) => value is T,
    json,
    "~standard": {
      version: 1,
      vendor: "dchat",
      validate: (value) => (self.accepts(value) ? { value } : { issues: [issueOf(self, value)] }),
      jsonSchema: { input: () => json, output: () => json },
    },
    // Last, and absent where not needed: the schemas of scalars, which are most, stay of one shape.
    ...extras,
  }
  return self
}

/** A schema of values that a flavor writes in a form of its own. */
function formed<T>(name: string, form: keyof Forms, test: (value: unknown) => boolean): Schema<T> {
  return schema(name, { description: name }, test, {
    flavor: jsonFlavor,
    revive: (json, { forms }) => forms[form].fromJson(json) ?? json,
  })
}

/** For schemas that let something more through than another one. */
function likeInner(inner: Schema<unknown>): Extras {
  return {
    issueIn: (inner as BlamingSchema<unknown>).issueIn,
    revive: inner.revive,
    flavor: inner.flavor,
    cut: inner.cut,
  }
}

function mapObject(json: unknown, map: (value: unknown, name: string) => unknown): unknown {
  if (!isObject(json)) return json
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, map(value, name)]))
}

function issueOf(schema: Schema<unknown>, value: unknown): SchemaIssue {
  const inside = (schema as BlamingSchema<unknown>).issueIn?.(value)
  return inside ?? { message: `expected ${schema.name}, got ${nameOf(value)}`, path: [] }
}

/** What is wrong with the part of a value that stands under a key. */
function issueAt(key: PropertyKey, schema: Schema<unknown>, part: unknown): SchemaIssue {
  const { message, path = [] } = issueOf(schema, part)
  return { message, path: [key, ...path] }
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
