import type { AnswerReader } from "../connection/call.ts"
import { InvalidResultError } from "../connection/errors.ts"
import type { Method, SubscriptionMethod } from "../contract/definition.ts"
import type { SchemaResult } from "../contract/standard-schema.ts"
import { issueText } from "../contract/issue-text.ts"
import { flavorOf } from "../contract/own-schema.ts"
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
  const schema = definition.kind === "method" ? definition.result : definition.item
  // Who chooses no flavor, and whose schemas need none, does not load what reads by one.
  const flavored = schema && (chosen ?? flavorOf(schema))?.readerOf(schema)

  return {
    cut: flavored?.cut,
    value(result) {
      if (schema === undefined) return undefined
      const checked = validate(schema, flavored === undefined ? result : flavored.value(result))
      return checked instanceof Promise ? checked.then((late) => unwrap(late, result)) : unwrap(checked, result)
    },
    error: (error) =>
      Object.values(definition.errors)
        .find((declared) => declared.code === error.code)
        ?.from(error) ?? error,
  }

  function unwrap({ issues, value }: SchemaResult<unknown>, result: unknown): unknown {
    if (issues === undefined) return value
    throw new InvalidResultError(`what ${name} gave is not what the contract says: ${issueText(issues)}`, result)
  }
}
