import { parseSemVer, type SemVer } from "@dchat/wire"

/** Timeouts of one transport, in seconds. What is left out takes the default of {@link profileOf}. */
export interface ProfileSettings {
  /** For one attempt to connect, and for the answer to a ping. */
  readonly outboundConnectTimeout?: number
  /** For the whole version exchange. */
  readonly channelHandshakeTimeout?: number
  /** Between a pong and the next ping. */
  readonly channelHeartbeatInterval?: number
}

/** Hosts that are refused from the start (darkfi-net 7.11). */
export interface BlacklistEntry {
  readonly host: string
  /** Empty means `tcp+tls`. */
  readonly schemes: readonly string[]
  /** Empty means all ports. */
  readonly ports: readonly number[]
}

/** Whether faults of a peer ban it (`strict`) or only end its channel (`relaxed`). */
export type BanPolicy = "strict" | "relaxed"

/**
 * Everything that can be set on a network (darkfi-net 8). Take {@link defaultSettings} and override what differs.
 * Addresses are URLs such as `tcp://127.0.0.1:51554`; durations are seconds, fractions allowed.
 */
export interface Settings {
  /** A label for debugging that peers see. Harms privacy. Default empty. */
  readonly nodeId: string
  /** Where we listen. Default: nowhere. */
  readonly inboundAddrs: readonly string[]
  /** Where others can reach us; advertised to them. Default: nowhere. */
  readonly externalAddrs: readonly string[]
  /** Peers that are connected to for as long as the network runs. */
  readonly peers: readonly string[]
  /** Nodes that are asked for the addresses of others. */
  readonly seeds: readonly string[]
  /** Four bytes that begin each packet and keep networks apart. Default d9 ef b6 7d. */
  readonly magicBytes: Uint8Array
  /** The application's name; peers whose name differs are refused. Default `darkfi`. */
  readonly appName: string
  /** The application's version; peers must have the same major and minor. */
  readonly appVersion: Readonly<SemVer>
  /** URL schemes that may be dialled. Default none, which dials nothing, not even seeds or peers. */
  readonly activeProfiles: readonly string[]
  /** URL schemes that are reached through another transport (darkfi-net 7.8). */
  readonly mixedProfiles: readonly string[]
  /** Tor's SOCKS5 proxy, for mixing and for `tor` addresses. Without it the latter go to port 9050 of this computer. */
  readonly torSocks5Proxy: string | undefined
  /** Nym's SOCKS5 proxy, for mixing. */
  readonly nymSocks5Proxy: string | undefined
  /** The SOCKS5 proxy that i2p addresses are dialled through. Default `socks5://127.0.0.1:4447/`. */
  readonly i2pSocks5Proxy: string
  /** How many outbound connections are kept up. Default 8. */
  readonly outboundConnections: number
  /** How many inbound connections each listener takes. Default 8. */
  readonly inboundConnections: number
  /** Takes addresses of this machine and of private networks as peers. Default false. */
  readonly localnet: boolean
  /** Pause of direct peer discovery after four attempts. Default 30. */
  readonly outboundPeerDiscoveryCooloffTime: number
  /** Wait for the outcome of an attempt at peer discovery. Default 5. */
  readonly outboundPeerDiscoveryAttemptTime: number
  /** How many addresses are asked for. Default: `outboundConnections`. */
  readonly getaddrsMax: number | undefined
  /** Folder for the state of transports, such as Tor's. */
  readonly p2pDatastore: string | undefined
  /**
   * The name under which the runtime's store keeps the known hosts; in a configuration file a path, for which the program
   * makes the store. Default: they are not kept.
   */
  readonly hostlist: string | undefined
  /** Pause between two probes of unproven hosts. Default 15. */
  readonly greylistRefineryInterval: number
  /** Share of proven hosts among those dialled, 0 to 100; no more than 80 is used. Default 70. */
  readonly knownPeerPercent: number
  /** Never dials unproven hosts from an outbound slot. Default false. */
  readonly disableGreys: boolean
  /** After this long without any connection we take ourselves to be offline and probe nobody. Default 30. */
  readonly timeWithNoConnections: number
  /** Hosts that are refused from the start. */
  readonly blacklist: readonly BlacklistEntry[]
  /** Default `strict`. */
  readonly banPolicy: BanPolicy
  /** Timeouts by URL scheme. */
  readonly profiles: Readonly<Record<string, ProfileSettings>>
}

/** The defaults of every setting (darkfi-net 8.1): a network that listens nowhere and dials nobody. */
export const defaultSettings: Settings = {
  nodeId: "",
  inboundAddrs: [],
  externalAddrs: [],
  peers: [],
  seeds: [],
  magicBytes: Uint8Array.of(0xd9, 0xef, 0xb6, 0x7d),
  appName: "darkfi",
  appVersion: parseSemVer("0.5.0"),
  activeProfiles: [],
  mixedProfiles: [],
  torSocks5Proxy: undefined,
  nymSocks5Proxy: undefined,
  i2pSocks5Proxy: "socks5://127.0.0.1:4447/",
  outboundConnections: 8,
  inboundConnections: 8,
  localnet: false,
  outboundPeerDiscoveryCooloffTime: 30,
  outboundPeerDiscoveryAttemptTime: 5,
  getaddrsMax: undefined,
  p2pDatastore: undefined,
  hostlist: undefined,
  greylistRefineryInterval: 15,
  knownPeerPercent: 70,
  disableGreys: false,
  timeWithNoConnections: 30,
  blacklist: [],
  banPolicy: "strict",
  profiles: {},
}

/** Timeouts of one transport, in milliseconds. */
export interface Profile {
  /** For one attempt to connect, and for the answer to a ping. */
  readonly connectTimeoutMs: number
  /** For the whole version exchange. */
  readonly handshakeTimeoutMs: number
  /** Between a pong and the next ping. */
  readonly heartbeatMs: number
}

/** What a profile has when the settings say nothing of it, in seconds. */
const CLEARNET: Required<ProfileSettings> = {
  outboundConnectTimeout: 15,
  channelHandshakeTimeout: 10,
  channelHeartbeatInterval: 30,
}
const SLOW: Required<ProfileSettings> = {
  outboundConnectTimeout: 65,
  channelHandshakeTimeout: 55,
  channelHeartbeatInterval: 90,
}
const CLEARNET_SCHEMES: readonly string[] = ["tcp", "tcp+tls", "quic"]

/**
 * The timeouts for URLs of a scheme (darkfi-net 8.2). A scheme without an entry in `settings.profiles` has those of
 * the clear net, whatever it is; one with an entry has its kind's defaults for what the entry leaves out.
 */
export function profileOf(settings: Pick<Settings, "profiles">, scheme: string): Profile {
  const own = Object.hasOwn(settings.profiles, scheme) ? settings.profiles[scheme] : undefined
  const defaults = own === undefined || CLEARNET_SCHEMES.includes(scheme) ? CLEARNET : SLOW
  const seconds = { ...defaults, ...own }
  return {
    connectTimeoutMs: seconds.outboundConnectTimeout * 1000,
    handshakeTimeoutMs: seconds.channelHandshakeTimeout * 1000,
    heartbeatMs: seconds.channelHeartbeatInterval * 1000,
  }
}
