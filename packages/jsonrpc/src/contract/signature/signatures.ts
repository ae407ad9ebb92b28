import { contract, type ContractOptions } from "../contract.ts"
import { ContractError } from "../contract-error.ts"
import { method, type Method, type ParamList } from "../definition.ts"
import {
  bigint,
  boolean,
  bytes,
  date,
  integer,
  list,
  literal,
  number,
  object,
  oneOf,
  optional,
  rawJson,
  string,
  unknown,
} from "../schema.ts"
import type { Schema } from "../own-schema.ts"
import { parseSignatures, type FieldNode, type SignatureNode, type TypeNode, type TypeWord } from "./parse.ts"
import type { SignatureContract, SignaturesContract } from "./signature-types.ts"

/**
 * A contract from signatures as text, typed by the compiler from the same text and checked at run time:
 * `signatures("hello(input: string): string; add(a: number, b?: number): number")`. A list of texts is as good as one.
 *
 * Throws a `SignatureError` with line and column for text that is no signature, and a {@link ContractError} as `contract` does.
 */
export function signatures<const S extends string | readonly string[]>(
  text: S,
  options: ContractOptions = {},
): SignaturesContract<S> {
  const joined = typeof text === "string" ? text : text.join("\n")
  const definitions = Object.fromEntries(
    parseSignatures(joined).map((signature) => [signature.name, methodOf(signature)]),
  )
  return contract(definitions, options) as SignaturesContract<S>
}

/**
 * A contract of one signature, under a name of one's own: `signature("sayBye", "bye(input: string): string")` is called as
 * `api.sayBye("Daisy")`, and `bye` on the wire. Throws as {@link signatures} does.
 */
export function signature<const K extends string, const S extends string>(
  alias: K,
  text: S,
  options: ContractOptions = {},
): SignatureContract<K, S> {
  const [only, ...others] = parseSignatures(text)
  if (only === undefined || others.length > 0)
    throw new ContractError(`expected one signature for ${JSON.stringify(alias)}`)
  const definition = { ...methodOf(only), name: only.name }
  return contract({ [alias]: definition }, options) as unknown as SignatureContract<K, S>
}

function methodOf({ params, result }: SignatureNode): Method {
  const list: ParamList = params.map((param) => [param.name, fieldSchema(param)] as const)
  return method({ params: list, ...(result === undefined ? {} : { result: schemaOf(result) }) })
}

function fieldSchema({ type, isOptional }: FieldNode): Schema<unknown> {
  return isOptional ? optional(schemaOf(type)) : schemaOf(type)
}

function schemaOf(type: TypeNode): Schema<unknown> {
  switch (type.kind) {
    case "word":
      return WORD_SCHEMAS[type.word]
    case "list":
      return list(schemaOf(type.item))
    case "union":
      return oneOf(...type.choices.map(schemaOf))
    case "object":
      return object(Object.fromEntries(type.fields.map((field) => [field.name, fieldSchema(field)])))
  }
}

const WORD_SCHEMAS: Readonly<Record<TypeWord, Schema<unknown>>> = {
  string,
  number,
  integer,
  boolean,
  null: literal(null),
  unknown,
  any: unknown,
  bigint,
  bytes,
  date,
  json: rawJson,
}
