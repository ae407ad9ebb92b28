import { JsonRpcError } from "../message/rpc-error.ts"

/** A value that was decoded is not what its schema says. */
export class InvalidValueError extends JsonRpcError {
  override readonly name = "InvalidValueError"
  readonly code = "invalid-value"
}
