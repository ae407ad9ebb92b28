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
  const [, name, rest] = /^[\0- ]*([a-z][a-z0-9+.-]*):(.*)$/is.exec(text.replaceAll(/[\t\n\r]/g, "")) ?? []
  if (name === undefined || rest === undefined) throw notUrl(text)
  const scheme = name.toLowerCase()
  if (!SPECIAL.has(scheme)) return partsOf(parse(text, `${scheme}:${rest}`), scheme)
  const parts = partsOf(parseSpecial(text, rest.replace(PATH, keepCarets)), scheme)
  return rest.includes("^") ? { ...parts, href: restoreCarets(parts.href), path: restoreCarets(parts.path) } : parts
}

/** Canonical text of a URL: a string whose value is made canonical when it is written and when it is read. */
export const url: Codec<string> = convert(string, canonicalUrl, canonicalUrl)

function partsOf(url: URL, scheme: string): ParsedUrl {
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

/**
 * Parses behind a scheme that JavaScript treats in the same way. Each of them drops a port, http 80 and https 443; no port
 * is dropped by both.
 */
function parseSpecial(text: string, rest: string): URL {
  const http = parse(text, `http:${rest}`)
  const url = http.port === "" ? parse(text, `https:${rest}`) : http
  if (ENCODED_LABEL.test(url.hostname)) checkEncodedLabels(text, url.hostname)
  return url
}

const ENCODED_LABEL = /(?:^|\.)xn--/
const EMPTY_ENCODED_LABEL = /(?:^|\.)xn--(?:-[^.-]*|[^.]*-|)(?:\.|$)/

/**
 * Refuses a name with an `xn--` label that is not well formed: the reference refuses it too, and bans whoever sends it. Not
 * every platform looks at it, but all do when a label beside it is not ASCII; those that encode nothing pass even then.
 */
function checkEncodedLabels(text: string, hostname: string): void {
  if (EMPTY_ENCODED_LABEL.test(hostname)) throw notUrl(text)
  parse(text, `http://${hostname}.\u00e4`)
}

/** What follows the scheme, up to the query: the authority, and the path. */
const PATH = /^([\\/]*[^\\/?#]*)([^?#]*)/

/** Stands for a caret, which newer platforms encode in a path; older ones and the reference do not. No character of text. */
const CARET = "\ufdd0"

function keepCarets(_match: string, authority: string, path: string): string {
  return authority + path.replaceAll("^", CARET)
}

function restoreCarets(encoded: string): string {
  return encoded.replaceAll(encodeURIComponent(CARET), "^")
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
