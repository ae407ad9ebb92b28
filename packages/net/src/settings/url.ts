import { FormatError, type ParsedUrl, parseUrl } from "@dchat/wire"
import { type FlagKind, textThat } from "./kind.ts"

/** Schemes of addresses that can be listened on (darkfi-net 9.1). */
export const LISTEN_SCHEMES = ["tcp", "tcp+tls", "tor", "unix", "quic"] as const

/** Schemes of addresses that can be dialled, which are the names of profiles too (darkfi-net 9.1). */
export const DIAL_SCHEMES = [
  "tcp",
  "tcp+tls",
  "tor",
  "tor+tls",
  "nym",
  "nym+tls",
  "i2p",
  "i2p+tls",
  "socks5",
  "socks5+tls",
  "unix",
  "quic",
] as const

/** Schemes of proxies. */
export const PROXY_SCHEMES = ["socks5", "socks5+tls"] as const

/**
 * The URL of an address, in its canonical form (darkfi-net 1.6). A host and a port must be there, but for `unix`, which
 * has an absolute path and neither (darkfi-net 9.1).
 */
export function url(schemes: readonly string[], example: string): FlagKind<string> {
  const allowed = `a URL with host and port such as ${example}; schemes: ${schemes.join(", ")}`
  return textThat("<url>", allowed, (text) => addressUrl(text, schemes))
}

function addressUrl(text: string, schemes: readonly string[]): string | undefined {
  const parts = tryParse(text)
  if (parts === undefined || !schemes.includes(parts.scheme)) return undefined
  const { scheme, host, port, path, query, href } = parts
  const isComplete =
    scheme === "unix" ? host === "" && path.length > 1 && query === undefined : host !== "" && port !== undefined
  return isComplete ? href : undefined
}

function tryParse(text: string): ParsedUrl | undefined {
  try {
    return parseUrl(text)
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}
