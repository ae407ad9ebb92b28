import { canonicalUrl } from "@dchat/wire"
import type { Settings } from "./settings.ts"

/**
 * The same settings with canonical addresses, so that they can be compared with those of others (darkfi-net 1.6).
 *
 * @throws {FormatError} if an address is not a URL
 */
export function withCanonicalUrls(settings: Settings): Settings {
  return {
    ...settings,
    inboundAddrs: settings.inboundAddrs.map(canonicalUrl),
    externalAddrs: settings.externalAddrs.map(canonicalUrl),
    peers: settings.peers.map(canonicalUrl),
    seeds: settings.seeds.map(canonicalUrl),
  }
}
