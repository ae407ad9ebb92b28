import { isLocalName, type HostGuardOptions } from "./host-guard.ts"

/** What pages of other origins may send, when their origin is allowed. */
export interface CorsOptions {
  /** Headers besides `content-type` and `authorization`. Default: none. */
  allowedHeaders?: readonly string[]
  /**
   * Whether a page may send cookies along. Counts for origins that `allowedOrigins` names, not for `"any"`. Default false.
   */
  allowCredentials?: boolean
}

/** Asks a request for one of its headers, by its name in lower case. */
export type HeaderLookup = (name: string) => string | undefined

/** What browsers are told about an answer or before a call. Asked only about origins that a `HostGuard` lets in. */
export interface CorsPolicy {
  /** Headers of every answer to a page. None without an origin. */
  headersFor(origin: string | undefined): Readonly<Record<string, string>>
  /** Headers of the answer to the question whether a page may call, or `undefined` when the request does not ask. */
  preflight(method: string | undefined, header: HeaderLookup): Readonly<Record<string, string>> | undefined
}

/**
 * Lets pages of other origins read answers (CORS): those that `allowedOrigins` names, and on a loopback address those of
 * this computer. Elsewhere nothing is said unless `allowedOrigins` is given: a server in an office is reached by every page
 * that somebody opens there.
 *
 * @param listensOn The address that is listened on.
 */
export function corsPolicy(listensOn: string, options: HostGuardOptions & CorsOptions): CorsPolicy {
  const { allowedOrigins, allowedHeaders = [], allowCredentials = false } = options
  const isSilent = allowedOrigins === undefined && !isLocalName(listensOn)
  const named = Array.isArray(allowedOrigins) && allowCredentials
  const credentials = named ? { "access-control-allow-credentials": "true" } : {}
  const headers = ["content-type", "authorization", ...allowedHeaders].join(", ")
  const headersFor: CorsPolicy["headersFor"] = (origin) => {
    if (isSilent || origin === undefined) return {}
    return { "access-control-allow-origin": origin, vary: "Origin", ...credentials }
  }
  return {
    headersFor,
    preflight(method, header) {
      const origin = header("origin")
      const asks = method === "OPTIONS" && origin !== undefined && header("access-control-request-method") !== undefined
      if (isSilent || !asks) return undefined
      // A page from outside that wants into this computer or its network asks for that, too.
      const isNear = header("access-control-request-private-network") === "true"
      return {
        ...headersFor(origin),
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": headers,
        "access-control-max-age": String(MAX_AGE_SECONDS),
        ...(isNear ? { "access-control-allow-private-network": "true" } : {}),
      }
    },
  }
}

/** How long a browser need not ask again; browsers have bounds of their own, two hours and less. */
const MAX_AGE_SECONDS = 7200
