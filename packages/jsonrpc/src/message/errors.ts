import type { ErrorObject } from "./message.ts"

const PARSE = -32700
const INVALID_REQUEST = -32600
const METHOD_NOT_FOUND = -32601
const INVALID_PARAMS = -32602
const INTERNAL = -32603

/** The codes that JSON-RPC 2.0 itself gives out (section 5.1). */
export const ErrorCode = {
  parse: PARSE,
  invalidRequest: INVALID_REQUEST,
  methodNotFound: METHOD_NOT_FOUND,
  invalidParams: INVALID_PARAMS,
  internal: INTERNAL,
  /** The first of the hundred that belong to servers: -32000 down to -32099. */
  server: -32000,
} as const

/** The root of every error of this package. `code` is for programs and stays, the text is for people and may change. */
export abstract class JsonRpcError extends Error {
  /** A number when the error is one of the wire, else a name. */
  abstract readonly code: number | string
}

/**
 * An error as it goes over the wire. Throw one in a handler and the caller gets it; a call that is answered with an error
 * rejects with one. Both sides meet the same classes, chosen by the code.
 */
export class RpcError extends JsonRpcError {
  override readonly name: string = "RpcError"
  readonly code: number
  /** What the other side wants to add; anything that JSON can carry. */
  readonly data: unknown

  /** Throws a RangeError when `code` is not a whole number. */
  constructor(code: number, message: string, data?: unknown) {
    super(message)
    checkCode(Number.isSafeInteger(code), "an error code must be a whole number", code)
    this.code = code
    this.data = data
  }

  /** The error member of the response. */
  toObject(): ErrorObject {
    return this.data === undefined
      ? { code: this.code, message: this.message }
      : { code: this.code, message: this.message, data: this.data }
  }
}

/** -32700: what came in is not JSON. */
export class ParseError extends RpcError {
  override readonly name = "ParseError"
  constructor(data?: unknown, message = "Parse error") {
    super(PARSE, message, data)
  }
}

/** -32600: what came in is JSON, but no request. */
export class InvalidRequestError extends RpcError {
  override readonly name = "InvalidRequestError"
  constructor(data?: unknown, message = "Invalid Request") {
    super(INVALID_REQUEST, message, data)
  }
}

/** -32601: there is no such method, or it may not be called. */
export class MethodNotFoundError extends RpcError {
  override readonly name = "MethodNotFoundError"
  constructor(data?: unknown, message = "Method not found") {
    super(METHOD_NOT_FOUND, message, data)
  }
}

/** -32602: the parameters do not fit the method. */
export class InvalidParamsError extends RpcError {
  override readonly name = "InvalidParamsError"
  constructor(data?: unknown, message = "Invalid params") {
    super(INVALID_PARAMS, message, data)
  }
}

/** -32603: the handler failed. What happened stays in the log of the side it happened on; `data` holds a number to find it by. */
export class InternalError extends RpcError {
  override readonly name = "InternalError"
  constructor(data?: unknown, message = "Internal error") {
    super(INTERNAL, message, data)
  }
}

/** -32000 to -32099: the server itself, not the method, could not do it: too many connections, shutting down. */
export class ServerError extends RpcError {
  override readonly name: string = "ServerError"
  /** Throws a RangeError when `code` is outside of -32099 to -32000. */
  constructor(code: number, message: string, data?: unknown) {
    super(code, message, data)
    checkCode(isServerCode(code), "the code of a server error is -32099 to -32000", code)
  }
}

/** Any other code: the method itself says that it failed. */
export class ApplicationError extends RpcError {
  override readonly name: string = "ApplicationError"
  /** Throws a RangeError when `code` is one that JSON-RPC keeps for itself: -32768 to -32000. */
  constructor(code: number, message: string, data?: unknown) {
    super(code, message, data)
    checkCode(!isReservedCode(code), "the code of an application is outside of -32768 to -32000", code)
  }
}

function checkCode(isRight: boolean, rule: string, code: number): void {
  if (!isRight) throw new RangeError(`${rule}, not ${code}`)
}

/** Whether JSON-RPC keeps the code for itself. */
export function isReservedCode(code: number): boolean {
  return code >= -32768 && code <= -32000
}

/** Whether the code is one of those that servers give a meaning of their own. */
export function isServerCode(code: number): boolean {
  return code >= -32099 && code <= -32000
}

/**
 * The class that stands for the code of an error that came in. Where one of the standard has a text as its data, the message
 * says it too; that of an error which was handed on does already.
 */
export function rpcErrorFrom({ code, message: said, data }: ErrorObject): RpcError {
  const saysMore = code <= INVALID_REQUEST && typeof data === "string" && !said.includes(data)
  const message = saysMore ? `${said}: ${data}` : said
  switch (code) {
    case PARSE:
      return new ParseError(data, message)
    case INVALID_REQUEST:
      return new InvalidRequestError(data, message)
    case METHOD_NOT_FOUND:
      return new MethodNotFoundError(data, message)
    case INVALID_PARAMS:
      return new InvalidParamsError(data, message)
    case INTERNAL:
      return new InternalError(data, message)
  }
  if (isServerCode(code)) return new ServerError(code, message, data)
  return isReservedCode(code) ? new RpcError(code, message, data) : new ApplicationError(code, message, data)
}
