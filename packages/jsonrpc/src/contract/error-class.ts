import { ApplicationError, isReservedCode, isServerCode, ServerError } from "../message/errors.ts"
import type { RpcError } from "../message/rpc-error.ts"
import { ContractError } from "./contract-error.ts"
import type { OutputOf, StandardSchema } from "./standard-schema.ts"
import { validate } from "./validate.ts"

/** An error that a method may answer with: throw it in a handler, meet it by `instanceof` in a client. */
export interface ErrorClass<Data = unknown> {
  new (data?: Data, message?: string): RpcError & { readonly data: Data }
  readonly code: number
  /** What its data must be, if anything was said about that. */
  readonly dataSchema: StandardSchema | undefined
  /** The error that came in, as one of this class if its data fits. */
  from(error: RpcError): RpcError
}

/** What an {@link error} may say of itself. */
export interface ErrorDefinition<S extends StandardSchema> {
  /** Default: the code. */
  message?: string
  /** What the error carries. Data that does not fit makes a client give the plain class instead. */
  data?: S
}

/**
 * Declares an error by its code: any whole number that JSON-RPC does not keep for itself, or -32099 to -32000 for what
 * the server as a whole cannot do. Throws a {@link ContractError} at any other.
 */
export function error<S extends StandardSchema = StandardSchema>(
  code: number,
  { message = `error ${code}`, data: dataSchema }: ErrorDefinition<S> = {},
): ErrorClass<OutputOf<S>> {
  if (!Number.isSafeInteger(code) || (isReservedCode(code) && !isServerCode(code))) {
    throw new ContractError(`${code} cannot be the code of an error: take a whole number outside of -32768 to -32100`)
  }
  const standardMessage = message
  const Base = isServerCode(code) ? ServerError : ApplicationError
  class DeclaredError extends Base {
    static readonly code = code
    static readonly dataSchema: StandardSchema | undefined = dataSchema
    declare readonly data: OutputOf<S>

    static from(error: RpcError): RpcError {
      return fits(dataSchema, error.data) ? new DeclaredError(error.data, error.message) : error
    }

    constructor(data?: OutputOf<S>, message: string = standardMessage) {
      super(code, message, data)
    }
  }
  return DeclaredError
}

function fits(schema: StandardSchema | undefined, data: unknown): boolean {
  if (schema === undefined) return true
  const checked = validate(schema, data)
  return !(checked instanceof Promise) && checked.issues === undefined
}
