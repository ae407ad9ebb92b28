import { issueText } from "../contract/issue-text.ts"
import { isOwnSchema } from "../contract/own-schema.ts"
import type { SchemaResult, StandardSchema } from "../contract/standard-schema.ts"
import { JsonRpcError } from "../message/rpc-error.ts"
import { JsonText } from "../message/json-text.ts"

/**
 * A handler gave a result, or an item, that is not what the contract says. The caller gets -32603; this is what stands in
 * the server's log, and what `metrics` reports.
 */
export class WrongResultError extends JsonRpcError {
  override readonly name = "WrongResultError"
  readonly code = "wrong-result"
  /** What the handler gave. */
  readonly result: unknown

  constructor(what: string, issues: string, result: unknown) {
    super(`${what} is not what the contract says: ${issues}`)
    this.result = result
  }
}

/** Gives the value back when it may go out, or a promise of that; throws, or rejects with, a {@link WrongResultError}. */
export type OutgoingCheck = (value: unknown) => unknown

/**
 * Looks at what is about to be sent, as the other side will. The value goes out as it is, whatever the schema would make of
 * it: to transform is the receiver's. JSON text is not looked at.
 *
 * A schema of ours takes no memory, and at most half as long as it takes to write the value, which is why results are
 * checked unless somebody says no.
 *
 * @param what For messages, such as `the result of add`.
 */
function outgoingCheck(what: string, schema: StandardSchema): OutgoingCheck {
  if (isOwnSchema(schema)) {
    return (value) => {
      if (isText(value) || schema.accepts(value)) return value
      return passed(value, schema["~standard"].validate(value))
    }
  }
  return (value) => {
    if (isText(value)) return value
    const result = schema["~standard"].validate(value)
    return result instanceof Promise ? result.then((late) => passed(value, late)) : passed(value, result)
  }

  function passed(value: unknown, result: SchemaResult<unknown> | Promise<SchemaResult<unknown>>): unknown {
    if (result instanceof Promise || result.issues === undefined) return value
    throw new WrongResultError(what, issueText(result.issues), value)
  }
}

/** The check of a result: `undefined` goes out as `null`, and is checked as that. */
export function resultCheck(method: string, schema: StandardSchema): OutgoingCheck {
  const check = outgoingCheck(`the result of ${method}`, schema)
  return (result) => check(result === undefined ? null : result)
}

/** The check of an item. An item cannot wait: a schema that takes its time lets everything through. */
export function itemCheck(method: string, schema: StandardSchema): OutgoingCheck {
  const check = outgoingCheck(`an item of ${method}`, schema)
  return (item) => {
    const checked = check(item)
    if (checked instanceof Promise) checked.catch(() => {})
    return item
  }
}

function isText(value: unknown): value is JsonText {
  return value instanceof JsonText
}
