import { type ParsedUrl, partsOf } from "./url-parts.ts"

/**
 * How long user, host and port may be together. Names beyond 253 characters do not resolve, and platforms take time in the
 * square of its length to encode one that is not ASCII: without a bound one message could stall a node for a second.
 */
const MAX_AUTHORITY_LENGTH = 512

/** What follows the scheme: slashes, the authority, and the path. */
const REST = /^([\\/]*)([^\\/?#]*)([^?#]*)/

/**
 * Parses `rest`, what follows the colon of a scheme that the reference treats as it treats http (darkfi-net 1.6) and
 * JavaScript does not: behind a scheme that it does treat so. Each of those drops a port, http 80 and https 443; no port is
 * dropped by both. Throws a TypeError.
 */
export function parseSpecial(scheme: string, rest: string): ParsedUrl {
  const path = checkAuthority(rest)
  const marked = path.includes("^") && !rest.includes(CARET) && !rest.includes(ENCODED_CARET)
  const parsable = marked ? rest.replace(REST, markCarets) : rest
  const http = new URL(`http:${parsable}`)
  const url = http.port === "" ? new URL(`https:${parsable}`) : http
  checkEncodedLabels(url.hostname)
  const parts = partsOf(url, scheme)
  return marked ? { ...parts, href: restoreCarets(parts.href), path: restoreCarets(parts.path) } : parts
}

/** Refuses what follows the colon of a scheme if its authority is too long, and returns its path. Throws a TypeError. */
export function checkAuthority(rest: string): string {
  const [, , authority = "", path = ""] = REST.exec(rest) ?? []
  if (authority.length > MAX_AUTHORITY_LENGTH) throw new TypeError("user, host and port are too long")
  return path
}

/** Stands for a caret, which newer platforms encode in a path; older ones and the reference do not. Not a character of text. */
const CARET = "\ufdd0"
const ENCODED_CARET = encodeURIComponent(CARET)

function markCarets(_: string, slashes: string, authority: string, path: string): string {
  return slashes + authority + path.replaceAll("^", CARET)
}

function restoreCarets(encoded: string): string {
  return encoded.replaceAll(ENCODED_CARET, "^")
}

const ENCODED_LABEL = /(?:^|\.)xn--/
const EMPTY_ENCODED_LABEL = /(?:^|\.)xn--(?:-[^.-]*|[^.]*-|)(?:\.|$)/

/**
 * Refuses a name with an `xn--` label that is not well formed: the reference refuses it too, and bans whoever sends it. Not
 * every platform looks at it, but all do when a label beside it is not ASCII; those that encode nothing pass even then.
 */
function checkEncodedLabels(hostname: string): void {
  if (!ENCODED_LABEL.test(hostname)) return
  if (EMPTY_ENCODED_LABEL.test(hostname) || !URL.canParse(`http://${hostname}.\u00e4`)) {
    throw new TypeError("the host has an xn-- label that is not well formed")
  }
}
