import { JsonRpcError } from "../message/rpc-error.ts"

/**
 * Whether the other side may have carried a call out: `no` when not a byte of it has left, `maybe` in every other case,
 * for nobody can know. What is `no` can be called again without harm.
 */
export type Sent = "no" | "maybe"

/** A call got no answer that could be used. */
export abstract class CallError extends JsonRpcError {
  abstract override readonly code: string
  /** Whether the other side may have carried the call out. */
  readonly sent: Sent

  constructor(message: string, sent: Sent, options?: ErrorOptions) {
    super(message, options)
    this.sent = sent
  }
}

/** The connection is closed, or closed before the answer came. `cause` says why, when it was not a close in good order. */
export class ConnectionClosedError extends CallError {
  override readonly name = "ConnectionClosedError"
  readonly code = "closed"
}

/** The time for the call is over. An answer that comes later is ignored. */
export class CallTimeoutError extends CallError {
  override readonly name = "CallTimeoutError"
  readonly code = "timeout"
}

/** The caller's signal aborted. `cause` is the signal's reason. An answer that comes later is ignored. */
export class CallCancelledError extends CallError {
  override readonly name = "CallCancelledError"
  readonly code = "cancelled"
}

/** The call's own message failed on the way, and the connection lives on: a failed HTTP request. `cause` says why. */
export class DeliveryError extends CallError {
  override readonly name = "DeliveryError"
  readonly code = "delivery"
}

/** A call cannot be sent: its parameters are no JSON (a bigint, a circle), or its method is no text. The message names the method. */
export class EncodeError extends CallError {
  override readonly name = "EncodeError"
  readonly code = "encode"
}

/** The message is longer than the limit `maxSendBytes`, and nothing of it has left. The connection lives on. */
export class MessageTooLongError extends CallError {
  override readonly name = "MessageTooLongError"
  readonly code = "too-long"

  constructor(maxBytes: number) {
    super(`the message takes more than ${maxBytes} bytes`, "no")
  }
}

/** The answer is no JSON-RPC response. */
export class InvalidResponseError extends CallError {
  override readonly name = "InvalidResponseError"
  readonly code = "invalid-response"
  /** What came in its place. */
  readonly payload: unknown

  constructor(reason: string, payload: unknown) {
    super(`not a JSON-RPC response: ${reason}`, "maybe")
    this.payload = payload
  }
}

/** A batch was answered, but this call of it was not. */
export class MissingResponseError extends CallError {
  override readonly name = "MissingResponseError"
  readonly code = "missing-response"

  constructor() {
    super("the other side did not answer this call", "maybe")
  }
}

/** The result is not what the contract says. */
export class InvalidResultError extends CallError {
  override readonly name = "InvalidResultError"
  readonly code = "invalid-result"
  /** What came. */
  readonly result: unknown

  constructor(message: string, result: unknown) {
    super(message, "maybe")
    this.result = result
  }
}
