import type { AnswerReader } from "../connection/call.ts"
import type { OutputOf, StandardSchema } from "../contract/standard-schema.ts"
import { issueText } from "../contract/issue-text.ts"
import { JsonText } from "../message/json-text.ts"
import type { Params } from "../message/message.ts"
import { cutResult, type ResultCutter } from "../message/slice.ts"
import { base64Form, bigintForm, dateForm, isDate, type Form } from "./forms.ts"
import { InvalidValueError } from "./invalid-value-error.ts"

/** How values become JSON and JSON becomes values. The envelope of a message never passes through it. */
export interface Flavor {
  readonly name: string
  readonly forms: Forms
  readonly kind: "values"
  /** How a text becomes a value, before a schema has a look at it. `undefined`: as JSON.parse does. */
  readonly parse: ((text: string) => unknown) | undefined
  /** Reads the answers that no contract describes. */
  readonly reader: AnswerReader
  /** Makes values of a schema from what came, before they are checked. */
  readerOf(schema: StandardSchema): Pick<AnswerReader, "cut" | "value">
  /** The text of parameters. Throws a TypeError when they have none. */
  params(params: Params): JsonText
  /** The JSON text of a value. Throws a TypeError when it has none. */
  encode(value: unknown): string
  /**
   * A value from JSON text, checked: `flavor.decode(response, string)`. Throws a SyntaxError when the text is not JSON, an
   * {@link InvalidValueError} when the value does not fit; a schema that takes its time is a TypeError.
   */
  decode<S extends StandardSchema>(json: string | JsonText, schema: S): OutputOf<S>
}

/** How values that JSON has no word for are written. */
export interface Forms {
  readonly bigint: Form<bigint>
  readonly bytes: Form<Uint8Array>
  readonly date: Form<Date>
}

/** What {@link flavor} is told. */
export interface FlavorOptions extends Partial<Forms> {
  /** How a text becomes a value. Throws a SyntaxError when it is not JSON. Default: as JSON.parse does. */
  parse?: (text: string) => unknown
}

/** Makes a flavor. What is not said is as in {@link jsonFlavor}. */
export function flavor(name: string, options: FlavorOptions = {}): Flavor {
  const { bigint = bigintForm.text, bytes = base64Form, date = dateForm.iso, parse } = options
  const self: Flavor = {
    name,
    forms: { bigint, bytes, date },
    kind: "values",
    parse,
    reader: {
      cut: parse === undefined ? undefined : cutResult,
      value: (result) => (result instanceof JsonText ? parseBy(self, result.text) : result),
      error: (error) => error,
    },
    readerOf(schema) {
      const cut = isReviving(schema) ? schema.cut : undefined
      if (cut !== undefined) return { cut, value: (result) => reviveBy(schema, result, self) }
      return { cut: self.reader.cut, value: (result) => reviveBy(schema, self.reader.value(result), self) }
    },
    params: (params) => new JsonText(self.encode(params)),
    encode: (value) => encodeValue(value, self.forms) ?? "null",
    decode(json, schema) {
      const text = typeof json === "string" ? json : json.text
      const result = schema["~standard"].validate(reviveBy(schema, parseBy(self, text), self))
      if (result instanceof Promise) throw new TypeError("a schema that takes its time cannot decode at once")
      if (result.issues === undefined) return result.value
      throw new InvalidValueError(issueText(result.issues))
    },
  }
  return self
}

/** Whole numbers of any size as texts of digits, bytes as base64, dates as texts of ISO 8601. */
export const jsonFlavor: Flavor = /* @__PURE__ */ flavor("json")

/** A flavor by which a result stays text, to be decoded later. */
export interface RawFlavor extends Omit<Flavor, "kind"> {
  readonly kind: "text"
}

/** As {@link jsonFlavor}, but what comes in stays {@link JsonText}. */
export const rawFlavor: RawFlavor = {
  ...jsonFlavor,
  name: "raw",
  kind: "text",
  reader: { cut: cutResult, value: (result) => result, error: (error) => error },
}

/** A schema that makes its value from what JSON has for it. */
export interface Reviving {
  revive(json: unknown, flavor: Flavor): unknown
  /** How a result that is to be the text that it came as is found in its message. */
  readonly cut?: ResultCutter | undefined
}

/** What a schema makes of a JSON value before it is checked: most of them nothing else. */
export function reviveBy(schema: object, json: unknown, flavor: Flavor): unknown {
  return isReviving(schema) ? schema.revive(json, flavor) : json
}

/** Whether a schema has to make its value from what JSON has for it. */
export function isReviving(schema: object): schema is Reviving {
  return "revive" in schema && schema.revive !== undefined
}

/** The value that a text stands for. Throws a SyntaxError when it is not JSON. */
export function parseBy({ parse }: Pick<Flavor, "parse">, text: string): unknown {
  return parse === undefined ? JSON.parse(text) : parse(text)
}

/** `undefined` for what JSON leaves out. */
function encodeValue(value: unknown, forms: Forms): string | undefined {
  if (typeof value === "bigint") return formText(forms.bigint.toJson(value))
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  if (value instanceof JsonText) return value.text
  if (value instanceof Uint8Array) return formText(forms.bytes.toJson(value))
  if (isDate(value)) return formText(forms.date.toJson(value))
  if (Array.isArray(value)) return `[${value.map((item) => encodeValue(item, forms) ?? "null").join(",")}]`
  if ("toJSON" in value && typeof value.toJSON === "function") return JSON.stringify(value)
  const members = Object.entries(value).flatMap(([name, member]) => {
    const text = encodeValue(member, forms)
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`]
  })
  return `{${members.join(",")}}`
}

function formText(json: string | number | JsonText): string {
  return json instanceof JsonText ? json.text : JSON.stringify(json)
}
