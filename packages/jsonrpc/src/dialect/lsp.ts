import type { ErrorObject } from "../message/message.ts"
import { isRecord } from "../message/response.ts"
import { ServerCode } from "../message/server-code.ts"
import type { Dialect } from "./dialect.ts"

const CANCEL = "$/cancelRequest"

/** What a language server answers to a request that was cancelled. */
const REQUEST_CANCELLED = -32800

/**
 * The way of the Language Server Protocol, and of vscode-jsonrpc: who gives up a call tells the other side by
 * `$/cancelRequest`, its handler's `signal` aborts, and the answer is -32800; `"params": null` means that there are none. Its
 * framing is `contentLengthFraming`. Serves any two sides that want calls to be cancelled, whatever their framing.
 */
export const lspDialect: Dialect = {
  name: "lsp",
  nullParamsAreNone: true,
  errorObject: withCodeOfLsp,
  cancellation: {
    cancel: (id) => ({ kind: "notification", method: CANCEL, params: { id } }),
    readCancel(method, params) {
      if (method !== CANCEL || !isRecord(params)) return undefined
      const { id } = params
      return typeof id === "number" || typeof id === "string" ? id : undefined
    },
  },
}

function withCodeOfLsp(error: ErrorObject): ErrorObject {
  return error.code === ServerCode.cancelled ? { ...error, code: REQUEST_CANCELLED } : error
}
