import { toNetworkError } from "@dchat/runtime/node"
import { NetworkError } from "@dchat/runtime"
import { ConnectError, reasonOf } from "../transport/errors.ts"

/** The same way in with TLS, and without it. */
const WITH_TLS: Readonly<Record<string, string>> = { "tcp:": "tls:", "ws:": "wss:", "http:": "https:" }
const WITHOUT_TLS: Readonly<Record<string, string>> = {
  "tls:": "tcp:",
  "tcp+tls:": "tcp:",
  "wss:": "ws:",
  "https:": "http:",
}

/** What OpenSSL says of certificates that lead to no authority that is known. */
const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
])

/** The reason within OpenSSL's text, which is full of addresses and source files. */
const OPENSSL_REASON = /:SSL routines:[^:]*:([^:]+)/
/** What it says when an answer came that is none of TLS. */
const NO_TLS: ReadonlySet<string> = new Set(["wrong version number", "packet length too long", "http request"])

/** The error of a URL where nobody could be reached, from what Node said: what was wrong, and what to do. */
export function dialFailure(url: string, error: Error): ConnectError {
  const cause = networkErrorOf(url, error)
  return new ConnectError(url, cause, reasonOf(cause))
}

/** What to say when the other side broke off before it answered anything. */
export function silentBreak(url: string): string {
  const secure = WITH_TLS[schemeOf(url)]
  const hint = secure === undefined ? "check the port" : `check the port; if it speaks TLS, use ${secure}//`
  return `the other side broke off without an answer: ${hint}`
}

function networkErrorOf(url: string, error: Error): Error {
  const doing = `cannot connect to ${url}`
  const { code = "" } = error as NodeJS.ErrnoException
  if (UNKNOWN_AUTHORITY.has(code)) {
    const advice = "give the certificate of its authority as the option tls: { ca }"
    return new NetworkError("tls", `${doing}: ${error.message}; ${advice}`, { cause: error })
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const advice = "use that name, or give it as the option tls: { servername }"
    return new NetworkError("tls", `${doing}: ${error.message}; ${advice}`, { cause: error })
  }
  const reason = OPENSSL_REASON.exec(error.message)?.[1]
  if (reason !== undefined) {
    const plain = WITHOUT_TLS[schemeOf(url)] ?? "tcp:"
    const what = NO_TLS.has(reason)
      ? `it speaks no TLS; use ${plain}//, or check the port`
      : `no TLS with it: ${reason}`
    return new NetworkError("tls", `${doing}: ${what}`, { cause: error })
  }
  if (code === "ECONNRESET") return new NetworkError("reset", `${doing}: ${silentBreak(url)}`, { cause: error })
  return toNetworkError(error, doing)
}

function schemeOf(url: string): string {
  return url.slice(0, url.indexOf(":") + 1).toLowerCase()
}
