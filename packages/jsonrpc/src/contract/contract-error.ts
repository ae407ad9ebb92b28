import { JsonRpcError } from "../message/rpc-error.ts"

/** A contract says something that cannot be. Thrown where it is defined. */
export class ContractError extends JsonRpcError {
  override readonly name = "ContractError"
  readonly code = "contract"
}
