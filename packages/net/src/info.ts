import type { FaultCounts } from "./judge.ts"
import type { SessionKind } from "./session-kind.ts"

/** What the RPC method `p2p.get_info` says (darkfi-net 10). */
export interface P2pInfo {
  readonly channels: readonly { readonly url: string; readonly session: SessionKind; readonly id: number }[]
  /** For each outbound slot the id of its channel, or 0. */
  readonly outbound_slots: readonly number[]
}

/** How often each bound of a node was hit since it was made. */
export interface P2pCounters {
  /** Copies of broadcasts that found no room in a channel's queue. */
  readonly broadcastsRefused: number
  /** Connections closed because too many waited to be taken in. */
  readonly inboundRefused: number
  /** Inbound connections closed so that somebody of a netgroup with fewer got the place. */
  readonly inboundEvicted: number
  /** Inbound connections closed because their TLS handshake took too long. */
  readonly handshakesTimedOut: number
  /** Advertised addresses that were left to the refinery because too many waited to be probed. */
  readonly probesDropped: number
  /** Addresses that were not looked at because their senders told us of too many unasked. */
  readonly addressesDropped: number
  /** Hosts that had to leave a full list for others who had more right to the place. */
  readonly hostsEvicted: number
  /** Hosts that found no room on a full list. */
  readonly hostsTurnedAway: number
  /** Events that observers have lost because they were slow. */
  readonly dnetDropped: number
  /** Messages that subscriptions had no room for, and dropped as they were told to. */
  readonly messagesDropped: number
  /** Bytes that still waited for a peer when we closed the connection to it: it took them too slowly, was banned, or was gone. */
  readonly bytesUnsent: number
  /** How often peers did what they must not: too much, too long, too late, or something unknown. */
  readonly faults: FaultCounts
  /** Peers that were banned. */
  readonly bans: number
}
