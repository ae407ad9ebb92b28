/** The parts of a URL, in their canonical form. */
export interface ParsedUrl {
  /** The whole of it. Two URLs are the same when these are. */
  readonly href: string
  /** Lower case, without the colon. */
  readonly scheme: string
  /** A name in lower-case ASCII, an IPv4 address, or an IPv6 address without brackets. Empty when there is none. */
  readonly host: string
  /** 0 to 65535, or `undefined` when none is given. */
  readonly port: number | undefined
  /** Begins with `/`, unless the URL has neither host nor path of that kind. */
  readonly path: string
  /** What follows the `?`, or `undefined` without one. */
  readonly query: string | undefined
}

/** The parts of a URL that was parsed behind some scheme, as those of one with the scheme `scheme`. */
export function partsOf(url: URL, scheme: string): ParsedUrl {
  const href = scheme + url.href.slice(url.protocol.length - 1)
  return {
    href,
    scheme,
    host: url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname,
    port: url.port === "" ? undefined : Number(url.port),
    path: url.pathname,
    query: /^[^?#]*\?([^#]*)/.exec(href)?.[1],
  }
}
