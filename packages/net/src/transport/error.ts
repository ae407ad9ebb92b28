import { NetError } from "../errors.ts"

/** Why there is no connection. */
export type ConnectErrorCode =
  /** The address lacks a host or a port. */
  | "bad-address"
  /** The peer is banned or blacklisted. */
  | "blacklisted"
  /** Our profiles do not allow the address, or there is no transport for it. */
  | "unsupported-transport"
  /** The other side showed no certificate of the network, or none at all (darkfi-net 9.3). */
  | "bad-certificate"
  /** The proxy on the way is not there: that is no fault of the peer, which is left alone. */
  | "no-proxy"
  /** This computer has no room for another connection: that is no fault of the peer either. */
  | "no-resources"
  /** Something else is being done with the address at this moment. */
  | "busy"
  /** No way to the peer led anywhere. */
  | "failed"

/** A connection could not be made, or a port not be opened. */
export class ConnectError extends NetError {
  override readonly name = "ConnectError"
  readonly code: ConnectErrorCode
  /** The end of the message: why, without what. */
  readonly reason: string

  constructor(code: ConnectErrorCode, what: string, reason: string, options?: ErrorOptions) {
    super(`${what}: ${reason}`, options)
    this.code = code
    this.reason = reason
  }
}
