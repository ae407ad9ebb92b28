/** What a {@link HostGuard} lets in. */
export interface HostGuardOptions {
  /**
   * Names (or `name:port`) that the Host header may have. Default: on loopback addresses the names of this computer
   * (`localhost`, `127.x.x.x`, `[::1]`), elsewhere any. `"any"` turns the check off.
   */
  allowedHosts?: readonly string[] | "any"
  /**
   * Origins, such as `https://app.example`, that the Origin header may have, besides none at all. Default: on loopback
   * addresses those of this computer, elsewhere any. `"any"` turns the check off.
   */
  allowedOrigins?: readonly string[] | "any"
  /**
   * Whether a request without a Host header may come in, as DarkFi's programs send it (darkfi-rpc 2.5); a browser always
   * sends one. Default false.
   */
  withoutHost?: boolean
}

/** Why a request may not come in, or `undefined` when it may. */
export type HostGuard = (host: string | undefined, origin: string | undefined) => string | undefined

/**
 * Keeps web pages from elsewhere out. A page can make a browser call any port of this computer (its Origin tells), and
 * with a name server of its own it can make the port look like its own site (the Host tells: DNS rebinding).
 *
 * @param listensOn The address that is listened on, with which the defaults are chosen.
 */
export function hostGuard(listensOn: string, options: HostGuardOptions = {}): HostGuard {
  const { allowedHosts, allowedOrigins, withoutHost = false } = options
  const local = isLocalName(listensOn)
  const hostIsFine = rule(allowedHosts, local, (host, allowed) => {
    return allowed.has(host) || allowed.has(host.replace(/:\d+$/, ""))
  })
  const originIsFine = rule(allowedOrigins, local, (origin, allowed) => allowed.has(origin))
  const judge: HostGuard = (host, origin) => {
    const isMissing = host === undefined && withoutHost
    if (!isMissing && !hostIsFine(host ?? "")) return "this host name is not served here"
    if (origin !== undefined && !originIsFine(origin)) return "pages of this origin may not call"
    return undefined
  }
  // A client says the same again with each request, and to read a URL takes a while.
  let last: Parameters<HostGuard> | undefined
  let verdict: string | undefined
  return (host, origin) => {
    if (last === undefined || last[0] !== host || last[1] !== origin) {
      last = [host, origin]
      verdict = judge(host, origin)
    }
    return verdict
  }
}

function rule(
  allowed: readonly string[] | "any" | undefined,
  local: boolean,
  matches: (value: string, allowed: ReadonlySet<string>) => boolean,
): (value: string) => boolean {
  if (allowed === "any" || (allowed === undefined && !local)) return () => true
  if (allowed === undefined) return isLocalAuthority
  const lowered = new Set(allowed.map((each) => each.toLowerCase()))
  return (value) => matches(value.toLowerCase(), lowered)
}

/** Whether `host`, `host:port` or an origin names this computer. */
function isLocalAuthority(value: string): boolean {
  const url = value.includes("://") ? value : `http://${value}`
  return !/[@/?#\\]/.test(url.replace(/^https?:\/\//, "")) && URL.canParse(url) && isLocalName(new URL(url).hostname)
}

/** Whether a host name or address is one of this computer. */
export function isLocalName(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host)
}
