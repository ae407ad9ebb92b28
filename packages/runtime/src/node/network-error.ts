import { networkFailure } from "../network-failure.ts"
import { NetworkError, type Address, type NetworkErrorCode } from "../network.ts"

const CODES: Readonly<Record<string, NetworkErrorCode>> = {
  ECONNREFUSED: "refused",
  ENOENT: "refused",
  ENOTSOCK: "refused",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
  ENETDOWN: "unreachable",
  ETIMEDOUT: "timed-out",
  ECONNRESET: "reset",
  ECONNABORTED: "reset",
  EPIPE: "reset",
  EADDRINUSE: "address-in-use",
  EADDRNOTAVAIL: "address-not-available",
  EACCES: "no-permission",
  EPERM: "no-permission",
  EMFILE: "no-resources",
  ENFILE: "no-resources",
  ENOBUFS: "no-resources",
  ENOMEM: "no-resources",
  ENOTFOUND: "not-found",
  EAI_AGAIN: "not-found",
  ENODATA: "not-found",
  EAFNOSUPPORT: "unsupported",
}

/** What the platform said, in our words. `doing` says what was tried, such as "cannot connect to 127.0.0.1:80". */
export function toNetworkError(error: unknown, doing: string, kind: Address["kind"] = "tcp"): NetworkError {
  if (error instanceof NetworkError) return error
  const cause = error instanceof Error ? error : new Error(String(error))
  const name = platformCode(cause)
  const code = CODES[name]
  if (code !== undefined) return networkFailure(code, doing, kind, { cause })
  if (name.startsWith("ERR_SSL_")) return new NetworkError("tls", `${doing}: ${tlsReason(cause)}`, { cause })
  return new NetworkError("failed", `${doing}: ${cause.message}`, { cause })
}

/** The system's name of an error. Of several attempts, the first one's. */
export function platformCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return platformCode(error.errors[0])
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : ""
}

/** OpenSSL's errors have a short reason within a long text of addresses and source files. */
export function tlsReason(error: Error): string {
  return "reason" in error && typeof error.reason === "string" ? error.reason : error.message
}
