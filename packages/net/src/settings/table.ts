import { blacklist, type FlagKind, type Kind, list, magic, oneOf, path, seconds, text, whole, yesOrNo } from "./kind.ts"
import type { ProfileSettings, Settings } from "./settings.ts"
import { DIAL_SCHEMES, LISTEN_SCHEMES, PROXY_SCHEMES, url } from "./url.ts"

/** One setting: its names, its kind and its meaning. Its default is in `defaultSettings`. */
export interface Setting {
  /** The name in the program. */
  readonly field: keyof Settings
  /** The TOML key under `[net]`. */
  readonly key: string
  readonly kind: Kind<unknown>
  /** What it is, in one line. */
  readonly meaning: string
  /** The flag of the command line, for those that have one. */
  readonly flag?: { readonly name: string; readonly kind: FlagKind<unknown> }
}

type Value<F extends keyof Settings> = Exclude<Settings[F], undefined>

function inFile<F extends keyof Settings>(field: F, key: string, kind: Kind<Value<F>>, meaning: string): Setting {
  return { field, key, kind, meaning }
}

function withFlag<F extends keyof Settings>(
  field: F,
  key: string,
  name: string,
  kind: FlagKind<Value<F>>,
  meaning: string,
): Setting {
  return { field, key, kind, meaning, flag: { name, kind } }
}

const listenUrls = list(url(LISTEN_SCHEMES, "tcp://127.0.0.1:51554"))
const dialUrls = list(url(DIAL_SCHEMES, "tcp://127.0.0.1:51554"))
const proxyUrl = url(PROXY_SCHEMES, "socks5://127.0.0.1:9050")
const schemes = list(oneOf(DIAL_SCHEMES))
const count = whole(0, 65_535)

/**
 * Every setting that a file can hold, with its flag (darkfi-net 8.1). Flags stand in the order of the help. The
 * application's name and version are not among them: they come from the application.
 */
export const SETTINGS: readonly Setting[] = [
  withFlag("inboundAddrs", "inbound", "--accept", listenUrls, "addresses to listen on"),
  withFlag("externalAddrs", "external_addrs", "--external-addrs", dialUrls, "addresses that others can reach us at"),
  withFlag("peers", "peers", "--peers", dialUrls, "peers to stay connected to"),
  withFlag("seeds", "seeds", "--seeds", dialUrls, "nodes to ask for the addresses of others"),
  withFlag("outboundConnections", "outbound_connections", "--outbound-slots", count, "outbound connections to keep up"),
  withFlag("inboundConnections", "inbound_connections", "--inbound-slots", count, "inbound connections per listener"),
  withFlag("activeProfiles", "active_profiles", "--network-profiles", schemes, "transports that may be dialled"),
  withFlag("mixedProfiles", "mixed_profiles", "--mixed-profiles", schemes, "transports reached through another one"),
  withFlag("torSocks5Proxy", "tor_socks5_proxy", "--tor-socks5-proxy", proxyUrl, "SOCKS5 proxy of Tor, for mixing"),
  withFlag("nymSocks5Proxy", "nym_socks5_proxy", "--nym-socks5-proxy", proxyUrl, "SOCKS5 proxy of Nym, for mixing"),
  withFlag("i2pSocks5Proxy", "i2p_socks5_proxy", "--i2p-socks5-proxy", proxyUrl, "SOCKS5 proxy for i2p addresses"),
  withFlag("localnet", "localnet", "--localnet", yesOrNo, "take addresses of this machine and of private networks"),
  withFlag("hostlist", "hostlist", "--hostlist", path, "file that keeps the known hosts"),
  withFlag("p2pDatastore", "p2p_datastore", "--p2p-datastore", path, "folder for the state of transports"),
  withFlag(
    "disableGreys",
    "disable_greys",
    "--disable-greys",
    yesOrNo,
    "never dial unproven hosts from outbound slots",
  ),
  inFile("nodeId", "node_id", text, "a label that peers see, for debugging"),
  inFile("magicBytes", "magic_bytes", magic, "what keeps networks apart"),
  inFile("getaddrsMax", "getaddrs_max", whole(0, 0xffff_ffff), "how many addresses to ask for"),
  inFile("knownPeerPercent", "known_peer_percent", whole(0, 100), "share of proven hosts among those dialled"),
  inFile("greylistRefineryInterval", "greylist_refinery_interval", seconds, "pause between two probes of hosts"),
  inFile("timeWithNoConnections", "time_with_no_connections", seconds, "when without connections, offline after this"),
  inFile(
    "outboundPeerDiscoveryCooloffTime",
    "outbound_peer_discovery_cooloff_time",
    seconds,
    "pause of peer discovery",
  ),
  inFile("outboundPeerDiscoveryAttemptTime", "outbound_peer_discovery_attempt_time", seconds, "wait for its outcome"),
  inFile("blacklist", "blacklist", blacklist(schemes), "hosts to refuse"),
  inFile("banPolicy", "ban_policy", oneOf(["strict", "relaxed"]), "whether faults of a peer ban it"),
]

/** The settings that are lists of addresses. A profile's table has them too (darkfi-net 8.2). */
export const ADDRESS_FIELDS = ["inboundAddrs", "externalAddrs", "peers", "seeds"] as const satisfies (keyof Settings)[]

/** The keys of a profile's table that are durations (darkfi-net 8.2). */
export const PROFILE_TIMEOUTS: readonly { readonly key: string; readonly field: keyof ProfileSettings }[] = [
  { key: "outbound_connect_timeout", field: "outboundConnectTimeout" },
  { key: "channel_handshake_timeout", field: "channelHandshakeTimeout" },
  { key: "channel_heartbeat_interval", field: "channelHeartbeatInterval" },
]
