import type { ErrorMessage, ErrorObject, Id, InvalidMessage, ResultMessage } from "./message.ts"

/** A response, or what stands in the place of one. */
export type ResponseMessage = ResultMessage | ErrorMessage | InvalidMessage

/** The longest id, in UTF-16 units. An id is echoed and kept: a peer must not make us keep megabytes. */
export const MAX_ID_LENGTH = 256

/** What an id must be, for people. */
export const ID_RULE = `id must be a number, a string of at most ${MAX_ID_LENGTH} characters, or null`

/** Reads a message that has no method. Only own members are looked at, and those that it does not know are ignored. */
export function readResponse(value: Readonly<Record<string, unknown>>): ResponseMessage {
  const { id: rawId, result, error, jsonrpc } = ownMembers(value)
  const id = isId(rawId) ? rawId : null
  const wrong = (reason: string, of: InvalidMessage["of"] = "response"): InvalidMessage => ({
    kind: "invalid",
    of,
    id,
    reason,
    payload: value,
  })
  if (result === undefined && error === undefined) return wrong("there must be a method", "either")
  if (jsonrpc !== "2.0") return wrong('jsonrpc must be "2.0"')
  if (!isId(rawId)) return wrong("id")
  if (error === undefined) return { kind: "result", id, result }
  if (result !== undefined) return wrong("there must not be a result and an error")
  return isErrorObject(error) ? { kind: "error", id, error } : wrong("there must be a code and a message in error")
}

/** Makes an {@link InvalidMessage}. */
export function invalid(of: InvalidMessage["of"], id: Id, reason: string, payload: unknown): InvalidMessage {
  return { kind: "invalid", of, id, reason, payload }
}

/** The members of an object of JSON, and none that it inherits. */
export function ownMembers(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { __proto__: null, ...value }
}

/** A member of an object of JSON; `undefined` when it has none of that name. */
export function own(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined
}

/** Whether a value of JSON may be an id. */
export function isId(value: unknown): value is Id {
  return typeof value === "string" ? value.length <= MAX_ID_LENGTH : value === null || Number.isFinite(value)
}

/** Whether a value of JSON is an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** Whether a value of JSON may be the error of a response. */
export function isErrorObject(value: unknown): value is ErrorObject {
  if (!isRecord(value)) return false
  const { code, message } = ownMembers(value)
  return Number.isSafeInteger(code) && typeof message === "string"
}
