import type { Contract, ContractEntry } from "../contract/contract.ts"
import type { Definition, ErrorShape } from "../contract/definition.ts"
import { paramNames, paramSchemas } from "../contract/param-names.ts"
import type { JsonSchema, StandardSchema } from "../contract/standard-schema.ts"
import { validate } from "../contract/validate.ts"
import type { OpenRpcContent, OpenRpcDocument, OpenRpcInfo, OpenRpcMethod } from "./document.ts"

/** Of {@link openRpcDocument}, beside what it says of itself. */
export interface OpenRpcOptions extends OpenRpcInfo {
  /** Which OpenRPC the document claims to follow. Default `1.3.2`. */
  readonly openrpc?: "1.3.2" | "1.4.1"
}

/**
 * Describes a contract as an OpenRPC document. Schemas of others are described where they know how (Standard JSON Schema,
 * draft 7), else as anything. Subscriptions stand in `x-subscriptions`, for OpenRPC has no word for them.
 */
export function openRpcDocument(contract: Contract, options: OpenRpcOptions): OpenRpcDocument {
  return documentOf(contract.entries.map(methodObject), options)
}

/** The document of methods and subscriptions that are described already. */
export function documentOf(
  all: readonly OpenRpcMethod[],
  { openrpc = "1.3.2", ...info }: OpenRpcOptions,
): OpenRpcDocument {
  const subscriptions = all.filter(isSubscription)
  return {
    openrpc,
    info,
    methods: all.filter((each) => !isSubscription(each)),
    ...(subscriptions.length === 0 ? {} : { "x-subscriptions": subscriptions }),
  }
}

function isSubscription(method: OpenRpcMethod): boolean {
  return "x-item" in method
}

/** Describes one method, notification or subscription. */
export function methodObject({ names: [name, ...aliases], definition }: ContractEntry): OpenRpcMethod {
  const { summary, deprecated } = definition
  return {
    name,
    ...(summary === undefined ? {} : { summary }),
    ...(deprecated === true ? { deprecated } : {}),
    paramStructure: "either",
    params: paramContents(definition),
    ...kindMembers(definition),
    ...(aliases.length === 0 ? {} : { "x-aliases": aliases }),
  }
}

function kindMembers(definition: Definition): Partial<OpenRpcMethod> {
  switch (definition.kind) {
    case "method":
      return { result: content("result", definition.result), ...errorMembers(definition.errors) }
    case "notification":
      return { "x-notification": true }
    case "subscription":
      return { "x-item": content("item", definition.item), ...errorMembers(definition.errors) }
  }
}

function errorMembers(errors: ErrorShape): Pick<OpenRpcMethod, "errors"> {
  const classes = Object.values(errors)
  if (classes.length === 0) return {}
  return { errors: classes.map((Declared) => ({ code: Declared.code, message: new Declared().message })) }
}

/** OpenRPC wants optional parameters last. One before others is given as what it is by position: there, and perhaps null. */
function paramContents(definition: Definition): OpenRpcContent[] {
  const names = paramNames(definition)
  const schemas = paramSchemas(definition)
  const required = schemas.map((schema) => !mayBeAbsent(schema))
  const lastRequired = required.lastIndexOf(true)
  return schemas.map((schema, index) => {
    const json = jsonSchemaOf(schema)
    const mustHoldItsPlace = index < lastRequired && required[index] !== true
    return {
      name: names[index] as string,
      required: index <= lastRequired,
      schema: mustHoldItsPlace ? { anyOf: [json, { type: "null" }] } : json,
    }
  })
}

function content(name: string, schema: StandardSchema | undefined): OpenRpcContent {
  return { name, schema: schema === undefined ? { type: "null" } : jsonSchemaOf(schema) }
}

/** What goes over the wire is what goes into a schema. */
function jsonSchemaOf(schema: StandardSchema): JsonSchema {
  try {
    const { $schema: _, ...json } = schema["~standard"].jsonSchema?.input({ target: "draft-07" }) ?? {}
    return json
  } catch {
    // It is of a kind that JSON Schema cannot describe.
    return {}
  }
}

function mayBeAbsent(schema: StandardSchema): boolean {
  const result = validate(schema, undefined)
  if (!(result instanceof Promise)) return result.issues === undefined
  result.catch(() => {})
  return false
}
