import { convert } from "./adapters.ts"
import type { Codec } from "./codec.ts"
import { FormatError } from "./errors.ts"
import { string } from "./primitives.ts"
import { show } from "./show.ts"

/** Schemes that the reference's URL parser treats as it treats http. JavaScript's does not, for these. */
const SPECIAL = new Set(["tcp", "tcp+tls", "tor", "tor+tls", "socks5", "socks5+tls", "nym", "nym+tls", "quic"])

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

/**
 * The one form in which a URL is sent, compared and kept: `tcp://127.0.0.1:31448` becomes `tcp://127.0.0.1:31448/`
 * (darkfi-net 1.6). Throws a {@link FormatError} with the code `bad-url` when `text` is not an absolute URL.
 */
export function canonicalUrl(text: string): string {
  return PLAIN.test(text) ? text : parseUrl(text).href
}

/** The parts of a URL (darkfi-net 1.6). Throws a {@link FormatError} with the code `bad-url`. */
export function parseUrl(text: string): ParsedUrl {
  // As a URL parser does: spaces around it and line breaks in it do not count.
  const [, scheme, rest] = /^[\0- ]*([a-z][a-z0-9+.-]*):(.*)$/is.exec(text.replaceAll(/[\t\n\r]/g, "")) ?? []
  if (scheme === undefined || rest === undefined) throw notUrl(text)
  const name = scheme.toLowerCase()
  const url = SPECIAL.has(name) ? parseSpecial(text, rest) : parse(text, `${name}:${rest}`)
  const href = SPECIAL.has(name) ? name + url.href.slice(url.protocol.length - 1) : url.href
  const query = /^[^?#]*\?([^#]*)/.exec(href)?.[1]
  return {
    href,
    scheme: name,
    host: url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname,
    port: url.port === "" ? undefined : Number(url.port),
    path: url.pathname,
    query,
  }
}

/** Canonical text of a URL: a string whose value is made canonical when it is written and when it is read. */
export const url: Codec<string> = convert(string, canonicalUrl, canonicalUrl)

/**
 * Parses behind a scheme that JavaScript treats in the same way. Each of them drops a port, http 80 and https 443; no port
 * is dropped by both.
 */
function parseSpecial(text: string, rest: string): URL {
  const url = parse(text, `http:${rest}`)
  return url.port === "" ? parse(text, `https:${rest}`) : url
}

function parse(text: string, url: string): URL {
  try {
    return new URL(url)
  } catch (error) {
    throw notUrl(text, { cause: error })
  }
}

function notUrl(text: string, options?: ErrorOptions): FormatError {
  return new FormatError("bad-url", `not an absolute URL: ${show(text)}`, options)
}

/**
 * Nearly every URL that a peer sends: surely canonical as it stands. An IPv4 address, or a name whose last label begins with
 * a letter (else it may be an address in disguise) and in which nothing is encoded; a port; and the slash.
 */
const PLAIN =
  /^(?:tcp|tcp\+tls|tor|tor\+tls|socks5|socks5\+tls|nym|nym\+tls|quic):\/\/(?:(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)|(?:(?!xn--)[a-z\d][a-z\d-]*\.)*(?!xn--)[a-z][a-z\d-]*):(?:6553[0-5]|655[0-2]\d|65[0-4]\d\d|6[0-4]\d{3}|[1-5]\d{4}|[1-9]\d{0,3}|0)\/$/
