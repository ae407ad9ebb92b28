import { checkKey } from "../names.ts"
import { parseSignatures, type FieldNode, type SignatureNode, type TypeNode, type TypeWord } from "./parse.ts"

/** What {@link generateContract} is told. */
export interface GenerateOptions {
  /** What the contract is called in the program. Default `api`. */
  readonly name?: string
  /** Where it comes from, for the first line. */
  readonly source?: string
}

/**
 * A TypeScript module with the contract that signatures describe. Throws a `SignatureError` with line and column for text
 * that is no signature, and a `ContractError` for a method that a client cannot have.
 */
export function generateContract(text: string, { name = "api", source = "signatures" }: GenerateOptions = {}): string {
  const signatures = parseSignatures(text)
  for (const signature of signatures) checkKey(signature.name)
  const used = new Set(["contract", "method"])
  const methods = signatures.map((signature) => `  ${keyText(signature.name)}: ${methodText(signature, used)},\n`)
  return `// Written by dchat-rpc from ${source.replaceAll(/\s+/g, " ")}. Change that, not this.
import { type ClientOf, ${[...used].sort().join(", ")} } from "@dchat/jsonrpc"

export const ${name} = contract({
${methods.join("")}})

export type ${name.slice(0, 1).toUpperCase()}${name.slice(1)}Client = ClientOf<typeof ${name}>
`
}

function methodText({ params, result }: SignatureNode, used: Set<string>): string {
  const list = params.map((param) => `[${JSON.stringify(param.name)}, ${fieldText(param, used)}]`)
  const parts = [
    ...(list.length === 0 ? [] : [`params: [${list.join(", ")}]`]),
    ...(result === undefined ? [] : [`result: ${typeText(result, used)}`]),
  ]
  return parts.length === 0 ? "method()" : `method({ ${parts.join(", ")} })`
}

function fieldText({ type, isOptional }: FieldNode, used: Set<string>): string {
  return isOptional ? callText("optional", [typeText(type, used)], used) : typeText(type, used)
}

function typeText(type: TypeNode, used: Set<string>): string {
  switch (type.kind) {
    case "word":
      return wordText(type.word, used)
    case "list":
      return callText("list", [typeText(type.item, used)], used)
    case "union":
      return callText(
        "oneOf",
        type.choices.map((choice) => typeText(choice, used)),
        used,
      )
    case "object": {
      const fields = type.fields.map((field) => `${keyText(field.name)}: ${fieldText(field, used)}`)
      return callText("object", [fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`], used)
    }
  }
}

function wordText(word: TypeWord, used: Set<string>): string {
  if (word === "null") return callText("literal", ["null"], used)
  const schema = word === "any" ? "unknown" : word === "json" ? "rawJson" : word
  used.add(schema)
  return schema
}

function callText(name: string, args: readonly string[], used: Set<string>): string {
  used.add(name)
  return `${name}(${args.join(", ")})`
}

function keyText(name: string): string {
  // In an object literal a quoted __proto__ would still set the prototype.
  if (name === "__proto__") return `["__proto__"]`
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)
}
