import type { AnswerReader } from "../connection/call.ts"
import { InvalidResultError } from "../connection/errors.ts"
import type { SubscriptionMethod, DeclaredErrorClass, Method } from "../contract/definition.ts"
import type { SchemaResult } from "../contract/standard-schema.ts"
import { issueText } from "../contract/issue-text.ts"
import { wantsText } from "../contract/own-schema.ts"
import { validate } from "../contract/validate.ts"
import { isReviving, parseBy, type Flavor } from "../flavor/flavor.ts"
import { JsonText } from "../message/json-text.ts"
import type { JsonRpcError, RpcError } from "../message/errors.ts"

/** Reads the answers to a method, or the items of a subscription: checks them, and gives declared errors the class that they were declared with. */
export function answerReader(name: string, definition: Method | SubscriptionMethod, flavor: Flavor): AnswerReader {
  const [what, schema] =
    definition.kind === "method"
      ? (["the result of", definition.result] as const)
      : (["an item of", definition.item] as const)
  const classes = new Map<number, DeclaredErrorClass>(Object.values(definition.errors).map((each) => [each.code, each]))
  const isRaw = schema !== undefined && wantsText(schema)

  return {
    wantsText: flavor.parse !== undefined || isRaw,
    value(result) {
      if (schema === undefined) return undefined
      const read = result instanceof JsonText && !isRaw ? parseBy(flavor, result.text) : result
      const checked = validate(schema, isReviving(schema) ? schema.revive(read, flavor) : read)
      return checked instanceof Promise ? checked.then((late) => unwrap(late, result)) : unwrap(checked, result)
    },
    error(error) {
      const Declared = classes.get(error.code)
      return Declared === undefined ? error : asDeclared(Declared, error)
    },
  }

  function unwrap(checked: SchemaResult<unknown>, result: unknown): unknown {
    if (checked.issues === undefined) return checked.value
    const issues = checked.issues.map((issue) => issueText(issue)).join("; ")
    throw new InvalidResultError(`${what} ${name} is not what the contract says: ${issues}`, result)
  }
}

function asDeclared(Declared: DeclaredErrorClass, error: RpcError): JsonRpcError {
  if (Declared.dataSchema !== undefined) {
    const checked = validate(Declared.dataSchema, error.data)
    if (checked instanceof Promise || checked.issues !== undefined) return error
  }
  return new Declared(error.data as never, error.message)
}
