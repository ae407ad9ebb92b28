import { FormatError, canonicalUrl, parseUrl, type ParsedUrl } from "@dchat/wire"
import { isLocalHost } from "./local.ts"

/** What the filter needs to know of the node. */
export interface FilterView {
  /** Configured seeds and manual peers. */
  isConfigured(url: string): boolean
  isBlacklisted(url: string): boolean
  /** Our own external addresses. */
  readonly own: readonly ParsedUrl[]
  readonly localnet: boolean
  /** Schemes that our profiles can dial. */
  readonly dialable: readonly string[]
  /** Whether the address is on the gold, white or grey list. */
  isKnown(url: string): boolean
}

/** No name of a host that could be looked up is longer (RFC 1035 2.3.4). */
const MOST_HOST_CHARACTERS = 253

/**
 * What of a canonical address says where a node is: scheme, host and port. A user, a path, a query or a fragment would make one
 * node many, each of them dialled, banned and forgotten by itself, and an address of 65 kB fills the lists.
 */
export function placeOf(url: string): string {
  if (PLAIN.test(url)) return url
  const parsed = tryParse(url)
  if (parsed === undefined || parsed.host === "" || parsed.port === undefined) return url
  const { scheme, host, port } = parsed
  return canonicalUrl(`${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`)
}

type Parts = Pick<ParsedUrl, "href" | "scheme" | "host" | "port">

/** Where a received address goes: nowhere, to the dark list, or (`take`) to the grey one. */
export type Verdict = "drop" | "dark" | "known" | "take"

const PLAIN_SCHEMES: readonly string[] = ["tcp", "tcp+tls", "quic"]

/**
 * Judges an address that a peer sent, which is canonical as all that come by the wire (darkfi-net 7.6). `known` is an address that we can dial and already have; it is not
 * refreshed, else a peer could keep it on top of the list.
 */
export function judgeAddress(url: string, view: FilterView): Verdict {
  const parsed = partsOf(url)
  if (parsed === undefined || parsed.host === "" || parsed.port === undefined) return "drop"
  if (parsed.host.length > MOST_HOST_CHARACTERS) return "drop"
  if (view.isConfigured(parsed.href) || view.isBlacklisted(parsed.href)) return "drop"
  if (isOwn(parsed, view)) return "drop"
  if (!view.localnet && isLocalHost(parsed.host)) return "drop"
  if (!hasValidHost(parsed)) return "drop"
  if (!view.dialable.includes(parsed.scheme)) return "dark"
  return view.isKnown(parsed.href) ? "known" : "take"
}

/** On a local network all nodes share a host, so the port tells them apart; elsewhere a host is one node. */
function isOwn(parsed: Parts, { own, localnet }: FilterView): boolean {
  return own.some((ours) => (localnet ? ours.port === parsed.port : ours.host === parsed.host))
}

function hasValidHost({ scheme, host }: Parts): boolean {
  if (PLAIN_SCHEMES.includes(scheme)) return true
  if (scheme === "tor" || scheme === "tor+tls") return isOnion(host)
  if (scheme === "i2p" || scheme === "i2p+tls") return isI2p(host)
  return false
}

/** A Tor onion service of version 3: 35 bytes in base32, of which the last is the version. */
function isOnion(host: string): boolean {
  return /^[a-z2-7]{55}d\.onion$/.test(host)
}

/** A name in i2p: 32 bytes in base32 before `.b32.i2p`, or a registered name. */
function isI2p(host: string): boolean {
  if (host.endsWith(".b32.i2p")) return /^[a-z2-7]{51}[aq]\.b32\.i2p$/.test(host)
  return /^[a-z0-9.-]+\.i2p$/i.test(host)
}

/** Nearly every address that a peer sends: canonical, and nothing but a host and a port. Ten times faster than a parser. */
const PLAIN = /^([a-z\d+]+):\/\/([\w.-]+):(\d+)\/$/

function partsOf(url: string): Parts | undefined {
  const plain = PLAIN.exec(url)
  if (plain === null) return tryParse(url)
  const [href, scheme = "", host = "", port] = plain
  return { href, scheme, host, port: Number(port) }
}

function tryParse(url: string): ParsedUrl | undefined {
  try {
    return parseUrl(url)
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}
