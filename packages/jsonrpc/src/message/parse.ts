import { isDeeperThan } from "./depth.ts"
import type { ErrorObject, Id, InvalidMessage, Message, Params, ParsedMessage } from "./message.ts"

/** What a text may be before it is looked at. The number of bytes is bounded before, by the framing. */
export interface ParseLimits {
  /** How deep arrays and objects may be nested. Default 256. */
  readonly maxDepth: number
  /** How many messages one batch may hold. Default 10,000. */
  readonly maxBatch: number
}

/** The limits when nobody says otherwise. */
export const DEFAULT_PARSE_LIMITS: ParseLimits = { maxDepth: 256, maxBatch: 10_000 }

/** The longest id, in UTF-16 units. An id is echoed and kept: a peer must not make us keep megabytes. */
const MAX_ID_LENGTH = 256

/**
 * Reads one text: a message, a batch, or neither. Never throws.
 *
 * Follows JSON-RPC 2.0: members that it does not know are ignored, the last of two members of one name counts, and only
 * own members are looked at.
 */
export function parseMessage(text: string, limits: ParseLimits = DEFAULT_PARSE_LIMITS): ParsedMessage {
  if (isDeeperThan(limits.maxDepth, text)) {
    return { kind: "unparsable", reason: `nested more than ${limits.maxDepth} deep` }
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: "unparsable", reason: "not JSON" }
  }
  if (!Array.isArray(value)) return readMessage(value)
  if (value.length === 0) return invalid("request", null, "a batch must not be empty", value)
  if (value.length > limits.maxBatch) {
    return invalid("request", null, `a batch holds at most ${limits.maxBatch} messages`, undefined)
  }
  return { kind: "batch", messages: value.map(readMessage) }
}

function readMessage(value: unknown): Message {
  if (!isRecord(value)) return invalid("request", null, "a message must be an object", value)
  const rawId = Object.hasOwn(value, "id") ? value["id"] : undefined
  const id = isId(rawId) ? rawId : null
  if (Object.hasOwn(value, "method")) return readCall(value, rawId, id)
  if (Object.hasOwn(value, "result") || Object.hasOwn(value, "error")) return readResponse(value, rawId, id)
  return invalid("either", id, "there must be a method", value)
}

function readCall(value: Record<string, unknown>, rawId: unknown, id: Id): Message {
  const method = value["method"]
  const params = Object.hasOwn(value, "params") ? value["params"] : undefined
  if (!isVersion2(value)) return invalid("request", id, 'jsonrpc must be "2.0"', value)
  if (typeof method !== "string") return invalid("request", id, "method must be a string", value)
  if (params !== undefined && !isParams(params))
    return invalid("request", id, "params must be an array or an object", value)
  if (rawId === undefined) return { kind: "notification", method, params }
  if (!isId(rawId)) return invalid("request", null, ID_RULE, value)
  return { kind: "request", id, method, params }
}

function readResponse(value: Record<string, unknown>, rawId: unknown, id: Id): Message {
  if (!isVersion2(value)) return invalid("response", id, 'jsonrpc must be "2.0"', value)
  if (!isId(rawId)) return invalid("response", null, ID_RULE, value)
  const hasError = Object.hasOwn(value, "error")
  if (Object.hasOwn(value, "result")) {
    if (hasError) return invalid("response", id, "there must be a result or an error, not both", value)
    return { kind: "result", id, result: value["result"] }
  }
  const error = value["error"]
  if (!isErrorObject(error))
    return invalid("response", id, "error must have a whole number as code and a string as message", value)
  return { kind: "error", id, error }
}

const ID_RULE = `id must be a number, a string of at most ${MAX_ID_LENGTH} characters, or null`

function invalid(of: InvalidMessage["of"], id: Id, reason: string, payload: unknown): InvalidMessage {
  return { kind: "invalid", of, id, reason, payload }
}

function isVersion2(value: Record<string, unknown>): boolean {
  return Object.hasOwn(value, "jsonrpc") && value["jsonrpc"] === "2.0"
}

function isId(value: unknown): value is Id {
  if (typeof value === "number") return Number.isFinite(value)
  if (typeof value === "string") return value.length <= MAX_ID_LENGTH
  return value === null
}

function isParams(value: unknown): value is Params {
  return typeof value === "object" && value !== null
}

function isErrorObject(value: unknown): value is ErrorObject {
  return isRecord(value) && Number.isSafeInteger(value["code"]) && typeof value["message"] === "string"
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
