import type { IncomingRequest } from "./incoming-request.ts"

/**
 * Answers a request: with what it returns, or with what its promise gives. What it throws is the error of the answer when
 * it is an `RpcError`; anything else becomes -32603, and is told to the log only.
 */
export type Handler = (request: IncomingRequest) => unknown
