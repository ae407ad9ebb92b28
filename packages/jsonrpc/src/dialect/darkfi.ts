import { ErrorCode } from "../message/rpc-error.ts"
import type { ErrorObject, Id } from "../message/message.ts"
import { itemTexts } from "../message/slice.ts"
import type { Dialect } from "./dialect.ts"
import type { SubscriptionSpelling } from "./subscription-spelling.ts"

/** Not answered; items are notifications of the method's own name, one in the list of parameters; the end is the connection's. */
const subscriptions: SubscriptionSpelling = {
  key: "method",
  item: ({ method }, item) => ({ kind: "notification", method, params: [item] }),
  read: (method, params) => ({
    kind: "item",
    key: method,
    item: Array.isArray(params) && params.length === 1 ? (params[0] as unknown) : params,
  }),
  itemText(params) {
    const items = params.startsWith("[") ? itemTexts(params) : []
    return items.length === 1 ? items[0] : params
  },
}

/** Codes that DarkFi's clients give to answers that they cannot use (darkfi-rpc 2.2). No server sends them. */
export const DarkfiErrorCode = {
  /** The answer was to another request. */
  idMismatch: -32360,
  /** The answer was none: a notification, or an answer to a call that subscribes. */
  invalidReply: -32361,
} as const

/**
 * DarkFi's way (darkfi-rpc 2.2 and 2.3): ids are numbers, an id that is a string of digits is answered as a number, and
 * the standard errors are worded in small letters and carry no data. A call that subscribes is not answered, its
 * notifications carry its own name, and it ends with the connection. Its lines end with CRLF: see `newlineFraming`.
 */
export const darkfiDialect: Dialect = {
  name: "darkfi",
  requestId: numberFromDigits,
  errorObject: bareStandardError,
  subscriptions,
}

const WHOLE_NUMBER = /^[+-]?\d{1,16}$/

function numberFromDigits(id: Id): Id {
  if (typeof id !== "string" || !WHOLE_NUMBER.test(id)) return id
  const number = Number(id)
  return Number.isSafeInteger(number) ? number : id
}

const WORDING: ReadonlyMap<number, string> = new Map([
  [ErrorCode.parse, "parse error"],
  [ErrorCode.invalidRequest, "invalid request"],
  [ErrorCode.methodNotFound, "method not found"],
  [ErrorCode.invalidParams, "invalid params"],
])

function bareStandardError(error: ErrorObject): ErrorObject {
  const message = WORDING.get(error.code)
  return message === undefined ? error : { code: error.code, message }
}
