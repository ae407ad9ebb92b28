import type { AnswerReader } from "../connection/call.ts"
import { InvalidResultError } from "../connection/errors.ts"
import type { ErrorShape, Method, SubscriptionMethod } from "../contract/definition.ts"
import type { SchemaResult, StandardSchema } from "../contract/standard-schema.ts"
import { issueText } from "../contract/issue-text.ts"
import { isOwnSchema } from "../contract/own-schema.ts"
import { validate } from "../contract/validate.ts"
import type { Flavor } from "../flavor/flavor.ts"
import { JsonText } from "../message/json-text.ts"
import type { JsonRpcError, RpcError } from "../message/errors.ts"

/**
 * Reads the answers to a method, or the items of a subscription: checks them, and gives declared errors the class that
 * they were declared with.
 */
export function answerReader(
  name: string,
  definition: Method | SubscriptionMethod,
  chosen: Flavor | undefined,
): AnswerReader {
  const [what, schema] =
    definition.kind === "method" ? ["the result of", definition.result] : ["an item of", definition.item]
  const own = schema !== undefined && isOwnSchema(schema) ? schema : undefined
  const flavor = chosen ?? own?.flavor

  return {
    cut: own?.cut ?? flavor?.cut,
    value(result) {
      if (schema === undefined) return undefined
      const read = own?.cut === undefined ? parsed(result, flavor) : result
      const checked = validate(schema, own?.revive === undefined ? read : own.revive(read, flavor as Flavor))
      return checked instanceof Promise ? checked.then((late) => unwrap(late, result)) : unwrap(checked, result)
    },
    error: (error) => asDeclared(definition.errors, error),
  }

  function unwrap(checked: SchemaResult<unknown>, result: unknown): unknown {
    if (checked.issues === undefined) return checked.value
    const issues = checked.issues.map((issue) => issueText(issue)).join("; ")
    throw new InvalidResultError(`${what} ${name} is not what the contract says: ${issues}`, result)
  }
}

/** The value of a result, where a flavor reads its text in a way of its own. */
export function parsed(result: unknown, flavor: Pick<Flavor, "parse"> | undefined): unknown {
  return result instanceof JsonText && flavor?.parse !== undefined ? flavor.parse(result.text) : result
}

function asDeclared(errors: ErrorShape, error: RpcError): JsonRpcError {
  const Declared = Object.values(errors).find(({ code }) => code === error.code)
  return Declared === undefined || !fits(Declared.dataSchema, error.data)
    ? error
    : new Declared(error.data as never, error.message)
}

function fits(schema: StandardSchema | undefined, data: unknown): boolean {
  if (schema === undefined) return true
  const checked = validate(schema, data)
  return !(checked instanceof Promise) && checked.issues === undefined
}
