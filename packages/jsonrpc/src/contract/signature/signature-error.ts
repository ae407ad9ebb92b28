import { JsonRpcError } from "../../message/rpc-error.ts"

/** A signature cannot be read. The message begins with where. */
export class SignatureError extends JsonRpcError {
  override readonly name = "SignatureError"
  readonly code = "signature"
  /** From 1. */
  readonly line: number
  /** From 1, in characters as people count them. */
  readonly column: number
  /** What is wrong there. */
  readonly reason: string

  constructor(reason: string, line: number, column: number) {
    super(`${line}:${column}: ${reason}`)
    this.line = line
    this.column = column
    this.reason = reason
  }
}
