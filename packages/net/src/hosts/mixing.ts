import { canonicalUrl, parseUrl } from "@dchat/wire"
import type { Settings } from "../settings/settings.ts"

/** The settings that say which addresses can be dialled, and how. */
export type MixingSettings = Pick<Settings, "activeProfiles" | "mixedProfiles" | "torSocks5Proxy" | "nymSocks5Proxy">

/** Schemes that addresses are shared under (darkfi-net 5.4), in the order of the reference. */
export const SHAREABLE_SCHEMES: readonly string[] = [
  "tor",
  "tls",
  "tcp",
  "nym",
  "i2p",
  "tor+tls",
  "nym+tls",
  "tcp+tls",
  "i2p+tls",
]

/** A way to an address. */
export interface Endpoint {
  /** What is really dialled. */
  readonly url: string
  /** Whether it is another transport than the address names. */
  readonly mixed: boolean
}

interface Rule {
  readonly over: string
  readonly scheme: string
  /** The proxies to go through; without them the scheme alone is replaced. */
  readonly proxies?: readonly ("torSocks5Proxy" | "nymSocks5Proxy")[]
}

/** How a scheme is reached through another one (darkfi-net 7.8). The order is that of the attempts. */
const RULES: readonly Rule[] = [
  { over: "tor", scheme: "tcp" },
  { over: "tor+tls", scheme: "tcp+tls" },
  { over: "nym", scheme: "tcp" },
  { over: "nym+tls", scheme: "tcp+tls" },
  { over: "socks5", scheme: "tcp", proxies: ["torSocks5Proxy", "nymSocks5Proxy"] },
  { over: "socks5+tls", scheme: "tcp+tls", proxies: ["torSocks5Proxy", "nymSocks5Proxy"] },
  { over: "socks5", scheme: "tor", proxies: ["torSocks5Proxy"] },
  { over: "socks5+tls", scheme: "tor+tls", proxies: ["torSocks5Proxy"] },
]

/**
 * The ways to dial an address, in the order in which to try them; none if our profiles do not allow it. Where mixing
 * applies it replaces the direct way (darkfi-net 7.8).
 */
export function dialEndpoints(address: string, settings: MixingSettings): Endpoint[] {
  const { scheme } = parseUrl(address)
  const mixed = rulesFor(scheme, settings).flatMap(({ over, proxies }) => {
    if (proxies === undefined) return [over + address.slice(scheme.length)]
    return proxies
      .map((name) => settings[name])
      .filter((proxy) => proxy !== undefined)
      .map((proxy) => throughProxy(over, proxy, address))
  })
  if (mixed.length > 0) return mixed.map((url) => ({ url, mixed: true }))
  return settings.activeProfiles.includes(scheme) ? [{ url: address, mixed: false }] : []
}

/** Every scheme of addresses that we can dial, directly or mixed (darkfi-net 7.8). */
export function dialableSchemes(settings: MixingSettings): string[] {
  const reachable = (scheme: string): boolean =>
    rulesFor(scheme, settings).some(
      ({ proxies }) => proxies === undefined || proxies.some((name) => settings[name] !== undefined),
    )
  return [...new Set([...settings.activeProfiles, ...settings.mixedProfiles.filter(reachable)])]
}

/** The dialable schemes whose addresses are shared: what we ask others for (darkfi-net 5.4, 7.8). */
export function shareableSchemes(settings: MixingSettings): string[] {
  return dialableSchemes(settings).filter((scheme) => SHAREABLE_SCHEMES.includes(scheme))
}

function rulesFor(scheme: string, settings: MixingSettings): Rule[] {
  if (!settings.mixedProfiles.includes(scheme)) return []
  return RULES.filter((rule) => rule.scheme === scheme && settings.activeProfiles.includes(rule.over))
}

function throughProxy(scheme: string, proxy: string, address: string): string {
  return canonicalUrl(`${scheme}://${authority(proxy)}/${authority(address)}`)
}

/** The host and port of a canonical URL, as they stand in it. */
function authority(url: string): string {
  return /^[^:]+:\/\/([^/?#]*)/.exec(url)?.[1] ?? ""
}
