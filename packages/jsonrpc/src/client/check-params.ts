import { CallError } from "../connection/errors.ts"
import type { Definition } from "../contract/definition.ts"
import { issuesAt, issueText } from "../contract/issue-text.ts"
import { isParamList, paramKeys, paramSchemas } from "../contract/param-names.ts"
import type { SchemaResult, StandardSchema } from "../contract/standard-schema.ts"
import { validate } from "../contract/validate.ts"
import { JsonText } from "../message/json-text.ts"
import { IncomingSubscription } from "../subscription/incoming-subscription.ts"

/** An argument is not what the contract says. Nothing was sent; the text names the parameter. */
export class InvalidArgumentError extends CallError {
  override readonly name = "InvalidArgumentError"
  readonly code = "invalid-argument"

  constructor(method: string, issues: string) {
    super(`the parameters of ${method} are not what the contract says: ${issues}`, "no")
  }
}

/** A function of a client. */
type ClientCall = (...args: unknown[]) => unknown

/** Puts a check before a function of a client: a call, or one that makes an item of a batch. */
export type CallGuard = (call: ClientCall, kind: Definition["kind"] | "batch item") => ClientCall

/** What a client's option `checkParams` is. */
export type ParamsCheck = (name: string, definition: Definition) => CallGuard

/**
 * Has a client check the arguments of each call by the contract before they are sent: `client(connection, chat, {
 * checkParams })`. What does not fit rejects at once with an {@link InvalidArgumentError}; a batch rejects as a whole. They go
 * out as they are, whatever a schema would make of them. JSON text is not looked at, nor are calls by a run-time name.
 *
 * It is a function to be handed in, so that a page which leaves it out does not load it. The compiler has looked at the
 * arguments and the server does so again, so it is for arguments that come from people or from plain JavaScript.
 * A schema that takes its time is waited for by calls and notifications; subscriptions and batches leave it to the server.
 */
export function checkParams(name: string, definition: Definition): CallGuard {
  const check = argumentsCheck(name, definition)
  return (call, kind) =>
    (...args) => {
      const problem = check(args)
      if (problem instanceof Promise && (kind === "method" || kind === "notification")) {
        return problem.then((late) => (late === undefined ? call(...args) : Promise.reject(late)))
      }
      if (problem === undefined || problem instanceof Promise) return call(...args)
      if (kind === "subscription") return failedSubscription(problem)
      if (kind === "batch item") throw problem
      return Promise.reject(problem)
    }
}

type Problem = InvalidArgumentError | undefined

function argumentsCheck(
  name: string,
  definition: Definition,
): (args: readonly unknown[]) => Problem | Promise<Problem> {
  const { params, surplus } = definition
  const isList = isParamList(params)
  const keys = paramKeys(definition)
  const schemas = paramSchemas(definition)

  return (args) => {
    const problem = isList ? surplusOf(args) : strangerIn(args[0])
    if (problem !== undefined) return new InvalidArgumentError(name, problem)
    const values = isList ? args : keys.map((key) => memberOf(args[0], key))
    const results = schemas.map((schema, index) => checkValue(values[index], schema))
    return results.some((result) => result instanceof Promise)
      ? Promise.all(results.map((result) => Promise.resolve(result))).then(judge)
      : judge(results as SchemaResult<unknown>[])
  }

  function surplusOf(args: readonly unknown[]): string | undefined {
    if (args.length <= keys.length || surplus === "ignore") return undefined
    return `expected at most ${keys.length} parameters, got ${args.length}`
  }

  function strangerIn(value: unknown): string | undefined {
    if (value === undefined || value instanceof JsonText) return undefined
    if (typeof value !== "object" || value === null || Array.isArray(value)) return "expected one object"
    if (surplus === "ignore") return undefined
    const stranger = Object.keys(value).find((key) => !keys.includes(key))
    return stranger === undefined ? undefined : `there is no parameter ${JSON.stringify(stranger)}`
  }

  function judge(results: readonly SchemaResult<unknown>[]): Problem {
    const issues = results.flatMap((result, index) => issuesAt(keys[index] as string, result.issues ?? []))
    return issues.length === 0 ? undefined : new InvalidArgumentError(name, issueText(issues))
  }
}

function failedSubscription(error: InvalidArgumentError): IncomingSubscription {
  const subscription = new IncomingSubscription({}, { onLeft: () => {} })
  subscription.finish(error)
  return subscription
}

function checkValue(value: unknown, schema: StandardSchema): ReturnType<typeof validate> {
  return value instanceof JsonText ? { value } : validate(schema, value)
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined
}
