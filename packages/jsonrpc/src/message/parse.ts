import { isDeeperThan } from "./depth.ts"
import { JsonText } from "./json-text.ts"
import type { InvalidMessage, Message, Params, ParsedMessage, RequestMessage } from "./message.ts"
import { ID_RULE, MAX_ID_LENGTH, invalid, isId, isRecord, readResponse } from "./response.ts"
import { itemTexts, memberTexts } from "./slice.ts"

/** What a text may be before it is looked at. The number of bytes is bounded before, by the framing. */
export interface ParseLimits {
  /** How deep arrays and objects may be nested. Default 256. */
  readonly maxDepth: number
  /** How many messages one batch may hold. Default 10,000. */
  readonly maxBatch: number
}

/** The limits when nobody says otherwise. */
export const DEFAULT_PARSE_LIMITS: ParseLimits = { maxDepth: 256, maxBatch: 10_000 }

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
  if (!Array.isArray(value)) {
    const message = readMessage(value)
    return hasInexactId(message) ? withExactId(message, text) : message
  }
  if (value.length === 0) return invalid("request", null, "a batch must not be empty", value)
  if (value.length > limits.maxBatch) {
    return invalid("request", null, `a batch holds at most ${limits.maxBatch} messages`, undefined)
  }
  const messages = value.map(readMessage)
  if (!messages.some(hasInexactId)) return { kind: "batch", messages }
  const texts = itemTexts(text)
  const exact = (message: Message, index: number): Message =>
    hasInexactId(message) ? withExactId(message, texts[index] as string) : message
  return { kind: "batch", messages: messages.map(exact) }
}

/** Reads a message again whose `params` are `null`, as one that has none. Gives all others as they are. */
export function withoutNullParams(message: Message): Message {
  if (message.kind !== "invalid" || !isRecord(message.payload)) return message
  const { params, ...rest } = message.payload
  if (params !== null) return message
  const read = readMessage(rest)
  return read.kind === "request" ? { ...read, exactId: message.exactId } : read
}

/** Whether a message is answered under an id that JavaScript may not hold to the last digit. */
function hasInexactId(message: Message): message is RequestMessage | InvalidMessage {
  if (message.kind !== "request" && message.kind !== "invalid") return false
  return typeof message.id === "number" && !Number.isSafeInteger(message.id)
}

function withExactId(message: RequestMessage | InvalidMessage, text: string): Message {
  const written = memberTexts(text).get("id")
  if (written === undefined || written === String(message.id) || written.length > MAX_ID_LENGTH) return message
  return { ...message, exactId: new JsonText(written) }
}

/** The members of a message. JSON knows no `undefined`: what is `undefined` is not there. */
interface Members {
  readonly jsonrpc?: unknown
  readonly id?: unknown
  readonly method?: unknown
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: unknown
}

/** What an object has that was given nothing. */
const BARE: Members = {}

/**
 * Only own members are looked at. To ask whether each is one took half of the time that a message takes beside
 * `JSON.parse`; as long as nobody has put a member of a message on `Object.prototype`, all that are there are own.
 */
function ownMembers(value: object): Members {
  return inheritsNothing(BARE) ? value : Object.assign(Object.create(null) as Members, value)
}

function inheritsNothing({ jsonrpc, id, method, params, result, error }: Members): boolean {
  const isBareCall = jsonrpc === undefined && id === undefined && method === undefined && params === undefined
  return isBareCall && result === undefined && error === undefined
}

function readMessage(value: unknown): Message {
  if (!isRecord(value)) return invalid("request", null, "a message must be an object", value)
  const members = ownMembers(value)
  if (members.method !== undefined) return readCall(members, value)
  const { id, result } = members
  const isResult = result !== undefined && members.error === undefined && members.jsonrpc === "2.0" && isId(id)
  return isResult ? { kind: "result", id, result } : readResponse(value)
}

function readCall({ jsonrpc, id: rawId, method, params }: Members, value: unknown): Message {
  const id = isId(rawId) ? rawId : null
  if (jsonrpc !== "2.0") return invalid("request", id, 'jsonrpc must be "2.0"', value)
  if (typeof method !== "string") return invalid("request", id, "method must be a string", value)
  if (params !== undefined && !isParams(params))
    return invalid("request", id, "params must be an array or an object", value)
  if (rawId === undefined) return { kind: "notification", method, params }
  if (!isId(rawId)) return invalid("request", null, ID_RULE, value)
  return { kind: "request", id, method, params }
}

function isParams(value: unknown): value is Params {
  return typeof value === "object" && value !== null
}
