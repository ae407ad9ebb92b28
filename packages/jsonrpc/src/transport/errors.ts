import { CallError } from "../connection/errors.ts"
import { JsonRpcError } from "../message/rpc-error.ts"

/** Nobody could be reached at an address: nothing was sent. `cause` is the network's error. */
export class ConnectError extends CallError {
  override readonly name = "ConnectError"
  readonly code = "connect"
  /** Where it was tried. */
  readonly url: string

  /** @param reason Default: what the cause says. */
  constructor(url: string, cause: Error, reason: string = cause.message) {
    super(`cannot connect to ${url}: ${reason}`, "no", { cause })
    this.url = url
  }
}

/** A server could not listen on an address. `cause` is the network's error. */
export class ListenError extends JsonRpcError {
  override readonly name = "ListenError"
  readonly code = "listen"
  /** Where it was tried. */
  readonly url: string

  constructor(url: string, cause: Error) {
    super(`cannot listen on ${url}: ${reasonOf(cause)}`, { cause })
    this.url = url
  }
}

/** The other side, or the way to it, has gone, and not in good order. */
export class TransportLostError extends JsonRpcError {
  override readonly name = "TransportLostError"
  readonly code = "transport-lost"
}

/** What an error of the network says, without the address, which it names too. */
export function reasonOf({ message }: Error): string {
  return message.replace(/^cannot (?:connect to|listen on) \S+: /, "").trim()
}
