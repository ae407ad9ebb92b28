import { isReviving, jsonFlavor, parseBy, reviveBy, type Flavor } from "../flavor/flavor.ts"
import { InvalidParamsError } from "../message/errors.ts"
import { JsonText } from "../message/json-text.ts"
import type { Params } from "../message/message.ts"
import { itemTexts, memberTexts } from "../message/slice.ts"
import type { Definition } from "./definition.ts"
import { issuesAt, issueText } from "./issue-text.ts"
import { isParamList, paramKeys, paramNames, paramSchemas } from "./param-names.ts"
import { isOwnSchema, wantsText } from "./own-schema.ts"
import type { SchemaResult, StandardSchema } from "./standard-schema.ts"
import { validate } from "./validate.ts"

/** Turns the parameters of a message into what the handler gets. Throws, or rejects with, an {@link InvalidParamsError}. */
export type ParamsReader = (params: Params | undefined, source?: ParamsSource) => unknown

/** Where the parameters come from. */
export interface ParamsSource {
  /** Their text, where it is known. */
  readonly paramsText: string | undefined
}

/** Makes the reader for a definition. By position and by name are both understood, whichever way it is declared. */
export function paramsReader(definition: Definition, flavor: Flavor = jsonFlavor): ParamsReader {
  const { params, surplus = "refuse" } = definition
  const isList = isParamList(params)
  const keys = paramKeys(definition)
  const names = paramNames(definition)
  const schemas = paramSchemas(definition)
  const ownSchemas = schemas.every(isOwnSchema) ? schemas : undefined
  const needsFlavor = schemas.some(isReviving)
  const keepsText = flavor.parse !== undefined || schemas.some(wantsText)

  return (params, source) => {
    const text = keepsText && params !== undefined ? source?.paramsText : undefined
    const raw = text === undefined ? params : fromText(text)
    const written = raw === undefined ? names.map(nothing) : isByPosition(raw) ? byPosition(raw) : byName(raw)
    const values = needsFlavor ? written.map(revive) : written
    if (ownSchemas?.every((schema, index) => schema.accepts(values[index])) === true) return shape(values)
    const results = values.map(check)
    return results.some((result) => result instanceof Promise)
      ? Promise.all(results.map((result) => Promise.resolve(result))).then((all) => shape(collect(all)))
      : shape(collect(results as SchemaResult<unknown>[]))
  }

  function revive(value: unknown, index: number): unknown {
    return reviveBy(schemas[index] as StandardSchema, value, flavor)
  }

  function fromText(text: string): Params {
    const read = (part: string, index: number): unknown => {
      const schema = schemas[index]
      return schema !== undefined && wantsText(schema) ? new JsonText(part) : parseBy(flavor, part)
    }
    if (text.startsWith("[")) return itemTexts(text).map(read)
    return Object.fromEntries([...memberTexts(text)].map(([name, part]) => [name, read(part, names.indexOf(name))]))
  }

  function byPosition(raw: readonly unknown[]): readonly unknown[] {
    if (raw.length === names.length) return raw
    if (raw.length > names.length && surplus === "refuse") {
      throw new InvalidParamsError(`expected at most ${names.length} parameters, got ${raw.length}`)
    }
    return names.map((_, index) => raw[index])
  }

  function byName(raw: Readonly<Record<string, unknown>>): readonly unknown[] {
    const stranger = surplus === "refuse" ? Object.keys(raw).find((name) => !names.includes(name)) : undefined
    if (stranger !== undefined) throw new InvalidParamsError(`there is no parameter ${JSON.stringify(stranger)}`)
    return names.map((name) => (Object.hasOwn(raw, name) ? raw[name] : undefined))
  }

  function check(value: unknown, index: number): SchemaResult<unknown> | Promise<SchemaResult<unknown>> {
    const schema = schemas[index] as StandardSchema
    const result = validate(schema, value)
    // In a list, null holds the place of a parameter that is absent.
    if (value !== null || result instanceof Promise || result.issues === undefined) return result
    const absent = validate(schema, undefined)
    return absent instanceof Promise || absent.issues === undefined ? absent : result
  }

  function collect(results: readonly SchemaResult<unknown>[]): unknown[] {
    return results.map((result, index) => {
      if (result.issues === undefined) return result.value
      throw new InvalidParamsError(issueText(issuesAt(names[index] as string, result.issues)))
    })
  }

  function shape(values: readonly unknown[]): unknown {
    return isList ? values : Object.fromEntries(keys.map((key, index) => [key, values[index]]))
  }
}

function isByPosition(params: Params): params is readonly unknown[] {
  return Array.isArray(params)
}

function nothing(): undefined {}
