import type { ErrorObject } from "./message.ts"

/** Of the codes of JSON-RPC 2.0 itself, the largest. */
const LAST_STANDARD_CODE = -32600

/** The codes that JSON-RPC 2.0 itself gives out (section 5.1). */
export const ErrorCode = {
  parse: -32700,
  invalidRequest: LAST_STANDARD_CODE,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
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
    checkCode(Number.isSafeInteger(code), "a code must be a whole number", code)
    this.code = code
    this.data = data
  }

  /** The error member of the response. */
  toObject(): ErrorObject {
    const { code, message, data } = this
    return { code, message, data }
  }
}

/** Throws a RangeError when a code breaks a rule. */
export function checkCode(isRight: boolean, rule: string, code: number): void {
  if (!isRight) throw new RangeError(`${rule}, not ${code}`)
}

/** Makes an error of the class that stands for its code. */
type ErrorMaker = (code: number, message: string, data: unknown) => RpcError

let make: ErrorMaker = (code, message, data) => new RpcError(code, message, data)

/**
 * From now on errors that come in are made by `maker`. Called once, where the classes for the codes are: a program that
 * names none of them, such as a page, does not load them; its errors are all called `RpcError`, and tell by `code`.
 */
export function makeErrorsBy(maker: ErrorMaker): void {
  make = maker
}

/**
 * An error that came in, of the class that stands for its code. Where one of the standard has a text as its data, the
 * message says it too; that of an error which was handed on does already.
 */
export function rpcErrorFrom({ code, message, data }: ErrorObject): RpcError {
  const saysMore = code <= LAST_STANDARD_CODE && typeof data === "string" && !message.includes(data)
  return make(code, saysMore ? `${message}: ${data}` : message, data)
}
