import type { JsonText } from "./json-text.ts"
import type { ErrorObject, Id, Params } from "./message.ts"
import { numberText } from "./number-text.ts"
import { rawTextOf } from "./raw-text.ts"

// Envelopes are put together by hand: three times cheaper than JSON.stringify of the whole message.

/**
 * The text of a request. Throws a TypeError, which names the method, when the parameters are no array or object of JSON
 * (a bigint, a circle), or when the method is no text.
 */
export function requestText(id: Id, method: string, params?: Params): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},${callMembers(method, params)}}`
}

/** The text of a notification. Throws a TypeError as {@link requestText} does. */
export function notificationText(method: string, params?: Params): string {
  return `{"jsonrpc":"2.0",${callMembers(method, params)}}`
}

/** The text of a response. `undefined` becomes `null`. Throws a TypeError when the result is no JSON. */
export function resultText(id: Id | JsonText, result: unknown): string {
  return `{"jsonrpc":"2.0","id":${idText(id)},"result":${valueText(result)}}`
}

/** The text of an error response. Throws a TypeError when the data is no JSON. */
export function errorText(id: Id | JsonText, error: ErrorObject): string {
  const data = error.data === undefined ? "" : `,"data":${valueText(error.data)}`
  return `{"jsonrpc":"2.0","id":${idText(id)},"error":{"code":${error.code},"message":${JSON.stringify(error.message)}${data}}}`
}

/** The text of a batch of texts. */
export function batchText(texts: readonly string[]): string {
  return `[${texts.join()}]`
}

/** The text of an id. */
export function idText(id: Id | JsonText): string {
  if (typeof id === "number") return numberText(id)
  return rawTextOf(id) ?? JSON.stringify(id)
}

function callMembers(method: unknown, params: Params | undefined): string {
  try {
    if (typeof method !== "string") throw new TypeError("a method must be a text")
    return `"method":${JSON.stringify(method)}${paramsMember(params)}`
  } catch (error) {
    throw new TypeError(`${String(method)} cannot be sent: ${String(error)}`, { cause: error })
  }
}

function paramsMember(params: Params | undefined): string {
  return params === undefined ? "" : `,"params":${paramsText(params)}`
}

/**
 * The text of parameters. Throws a TypeError when they are no array or object of JSON: what the compiler has seen to may have
 * been told otherwise, and an object may write itself as anything.
 */
export function paramsText(params: Params): string {
  const raw = rawTextOf(params)
  if (raw !== undefined) return raw
  const text: string | undefined = JSON.stringify(params)
  const opening = text?.[0]
  if (opening !== "[" && opening !== "{") throw new TypeError(`parameters are an array or an object, not ${text}`)
  return text
}

/** What JSON.stringify makes of a value, and `null` where it makes nothing. */
function valueText(value: unknown): string {
  if (Number.isSafeInteger(value)) return numberText(value as number)
  const raw = rawTextOf(value)
  if (raw !== undefined) return raw
  // JSON.stringify is typed as if it always gave a string; of undefined, functions and symbols it gives nothing.
  const text: string | undefined = JSON.stringify(value)
  return text ?? "null"
}
