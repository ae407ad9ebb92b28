import type { AnswerReader } from "../connection/call.ts"
import { InvalidResultError } from "../connection/errors.ts"
import type { Method, SubscriptionMethod } from "../contract/definition.ts"
import type { SchemaResult } from "../contract/standard-schema.ts"
import { issueText } from "../contract/issue-text.ts"
import { isOwnSchema } from "../contract/own-schema.ts"
import { validate } from "../contract/validate.ts"
import type { Flavor } from "../flavor/flavor.ts"

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
    cut: own?.cut ?? flavor?.reader.cut,
    value(result) {
      if (schema === undefined) return undefined
      const read = flavor === undefined || own?.cut !== undefined ? result : flavor.reader.value(result)
      const checked = validate(schema, own?.revive === undefined ? read : own.revive(read, flavor as Flavor))
      return checked instanceof Promise ? checked.then((late) => unwrap(late, result)) : unwrap(checked, result)
    },
    error: (error) =>
      Object.values(definition.errors)
        .find(({ code }) => code === error.code)
        ?.from(error) ?? error,
  }

  function unwrap(checked: SchemaResult<unknown>, result: unknown): unknown {
    if (checked.issues === undefined) return checked.value
    throw new InvalidResultError(`${what} ${name} is not what the contract says: ${issueText(checked.issues)}`, result)
  }
}
