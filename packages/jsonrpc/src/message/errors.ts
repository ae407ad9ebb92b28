import { checkCode, ErrorCode, makeErrorsBy, RpcError } from "./rpc-error.ts"

/** -32700: what came in is not JSON. */
export class ParseError extends RpcError {
  override readonly name = "ParseError"
  constructor(data?: unknown, message = "Parse error") {
    super(ErrorCode.parse, message, data)
  }
}

/** -32600: what came in is JSON, but no request. */
export class InvalidRequestError extends RpcError {
  override readonly name = "InvalidRequestError"
  constructor(data?: unknown, message = "Invalid Request") {
    super(ErrorCode.invalidRequest, message, data)
  }
}

/** -32601: there is no such method, or it may not be called. */
export class MethodNotFoundError extends RpcError {
  override readonly name = "MethodNotFoundError"
  constructor(data?: unknown, message = "Method not found") {
    super(ErrorCode.methodNotFound, message, data)
  }
}

/** -32602: the parameters do not fit the method. */
export class InvalidParamsError extends RpcError {
  override readonly name = "InvalidParamsError"
  constructor(data?: unknown, message = "Invalid params") {
    super(ErrorCode.invalidParams, message, data)
  }
}

/** -32603: the handler failed. What happened stays in the log of the side it happened on; `data` holds a number to find it by. */
export class InternalError extends RpcError {
  override readonly name = "InternalError"
  constructor(data?: unknown, message = "Internal error") {
    super(ErrorCode.internal, message, data)
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

/** Whether JSON-RPC keeps the code for itself. */
export function isReservedCode(code: number): boolean {
  return code >= -32768 && code <= -32000
}

/** Whether the code is one of those that servers give a meaning of their own. */
export function isServerCode(code: number): boolean {
  return code >= -32099 && code <= -32000
}

makeErrorsBy((code, message, data) => {
  switch (code) {
    case ErrorCode.parse:
      return new ParseError(data, message)
    case ErrorCode.invalidRequest:
      return new InvalidRequestError(data, message)
    case ErrorCode.methodNotFound:
      return new MethodNotFoundError(data, message)
    case ErrorCode.invalidParams:
      return new InvalidParamsError(data, message)
    case ErrorCode.internal:
      return new InternalError(data, message)
  }
  if (isServerCode(code)) return new ServerError(code, message, data)
  return isReservedCode(code) ? new RpcError(code, message, data) : new ApplicationError(code, message, data)
})
