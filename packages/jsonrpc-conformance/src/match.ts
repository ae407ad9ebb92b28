import type { ExpectedReply, ExpectedResponse } from "./vector.ts"

/** How replies are compared. */
export interface MatchOptions {
  /** Whether the replies to a batch must be in order. */
  readonly ordered: boolean
}

/**
 * Compares what came with what had to come, in any order. Gives what is wrong, or `undefined`. The members of a response
 * are those of section 5; what a peer adds to them is not judged.
 */
export function mismatch(
  expected: readonly ExpectedReply[],
  received: readonly unknown[],
  options: MatchOptions,
): string | undefined {
  const left = [...received]
  for (const reply of expected) {
    const index = left.findIndex((message) => isReply(reply, message, options))
    if (index === -1) return `missing ${short(reply)}; got ${received.length === 0 ? "nothing" : short(received)}`
    left.splice(index, 1)
  }
  return left.length === 0 ? undefined : `surplus ${short(left)}`
}

function isReply(expected: ExpectedReply, message: unknown, options: MatchOptions): boolean {
  if (!isList(expected)) return isResponse(expected, message)
  if (!Array.isArray(message) || message.length !== expected.length) return false
  if (options.ordered) return expected.every((each, index) => isResponse(each, message[index]))
  return mismatch(expected, message, options) === undefined
}

function isResponse(expected: ExpectedResponse, message: unknown): boolean {
  if (!isRecord(message) || message["jsonrpc"] !== "2.0" || !isId(expected.id, message["id"])) return false
  if (expected.error === undefined) {
    return !Object.hasOwn(message, "error") && "result" in message && same(expected.result, message["result"])
  }
  const { error } = message
  if (Object.hasOwn(message, "result") || !isRecord(error)) return false
  if (error["code"] !== expected.error || typeof error["message"] !== "string") return false
  return expected.data === undefined || same(expected.data, error["data"])
}

function isId(expected: ExpectedResponse["id"], id: unknown): boolean {
  return typeof expected === "object" && expected !== null
    ? expected.either.some((each) => each === id)
    : expected === id
}

/** Whether two JSON values are the same, whatever the order of their members. */
export function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((each, index) => same(each, b[index]))
  }
  if (!isRecord(a)) return Object.is(a, b)
  if (!isRecord(b)) return false
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]))
  )
}

/** Whether it is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function isList(reply: ExpectedReply): reply is readonly ExpectedResponse[] {
  return Array.isArray(reply)
}

/** A value as a text that fits on a line. */
export function short(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length <= 200 ? text : `${text.slice(0, 200)}...`
}
