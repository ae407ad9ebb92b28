import type { Codec } from "./codec.ts"
import { convert } from "./convert.ts"
import { FormatError } from "./errors.ts"
import { string } from "./primitives.ts"
import { show } from "./show.ts"
import { checkAuthority, parseSpecial } from "./special-url.ts"
import { type ParsedUrl, partsOf } from "./url-parts.ts"

export type { ParsedUrl } from "./url-parts.ts"

/** Schemes that the reference's URL parser treats as it treats http. JavaScript's does not, for these. */
const SPECIAL = new Set(["tcp", "tcp+tls", "tor", "tor+tls", "socks5", "socks5+tls", "nym", "nym+tls", "quic"])

/** Schemes whose hosts JavaScript's parser encodes by itself, which takes as long as it does for those above. */
const PLATFORM_SPECIAL = new Set(["http", "https", "ws", "wss", "ftp", "file"])

/**
 * The one form in which a URL is sent, compared and kept: `tcp://127.0.0.1:31448` becomes `tcp://127.0.0.1:31448/`
 * (darkfi-net 1.6). Throws a {@link FormatError} with the code `bad-url` when `text` is not an absolute URL.
 */
export function canonicalUrl(text: string): string {
  return PLAIN.test(text) ? text : parseUrl(text).href
}

/**
 * The parts of a URL (darkfi-net 1.6). Throws a {@link FormatError} with the code `bad-url`, also when user, host and port
 * have more than 512 characters together where the host is a name to be encoded, which the reference would take.
 */
export function parseUrl(text: string): ParsedUrl {
  // As a URL parser does: spaces around it and line breaks in it do not count.
  const [, name = "", rest = ""] = /^[\0- ]*([a-z][a-z0-9+.-]*):(.*)$/is.exec(text.replaceAll(/[\t\n\r]/g, "")) ?? []
  const scheme = name.toLowerCase()
  try {
    if (SPECIAL.has(scheme)) return parseSpecial(scheme, rest)
    if (PLATFORM_SPECIAL.has(scheme)) checkAuthority(rest)
    return partsOf(new URL(`${scheme}:${rest}`), scheme)
  } catch (error) {
    throw new FormatError("bad-url", `not an absolute URL: ${show(text)}`, { cause: error })
  }
}

/** Canonical text of a URL: a string whose value is made canonical when it is written and when it is read. */
export const url: Codec<string> = convert(string, canonicalUrl, canonicalUrl)

/**
 * Nearly every URL that a peer sends: surely canonical as it stands. An IPv4 address, or a name whose last label begins with
 * a letter (else it may be an address in disguise) and in which nothing is encoded; a port; and the slash.
 */
const PLAIN =
  /^(?:tcp|tcp\+tls|tor|tor\+tls|socks5|socks5\+tls|nym|nym\+tls|quic):\/\/(?:(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)|(?:(?!xn--)[a-z\d][a-z\d-]*\.)*(?!xn--)[a-z][a-z\d-]*):(?:6553[0-5]|655[0-2]\d|65[0-4]\d\d|6[0-4]\d{3}|[1-5]\d{4}|[1-9]\d{0,3}|0)\/$/
