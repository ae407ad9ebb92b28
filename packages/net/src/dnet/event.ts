/** The channel of a packet, as an observer knows it. */
export interface DnetChannel {
  /** A canonical URL. */
  readonly addr: string
  readonly id: number
}

/** A packet that was sent, or whose command was read. */
export interface DnetPacket {
  readonly chan: DnetChannel
  readonly cmd: string
  /** Nanoseconds since 1970, decimal. */
  readonly time: string
}

/** What the task that looks for more peers is doing, and for which time in vain. */
export interface DnetDiscovery<S extends string> {
  readonly attempt: number
  readonly state: S
}

/**
 * What an observer sees of a node (darkfi-net 10). Names, keys and types are those of the notifications that the RPC method
 * `dnet.subscribe_events` sends.
 */
export type DnetEvent =
  | { readonly event: "send"; readonly info: DnetPacket }
  | { readonly event: "recv"; readonly info: DnetPacket }
  | { readonly event: "inbound_connected"; readonly info: { readonly addr: string; readonly channel_id: number } }
  | { readonly event: "inbound_disconnected"; readonly info: { readonly addr: string; readonly channel_id: number } }
  | { readonly event: "outbound_slot_sleeping"; readonly info: { readonly slot: number } }
  | { readonly event: "outbound_slot_connecting"; readonly info: { readonly slot: number; readonly addr: string } }
  | {
      readonly event: "outbound_slot_connected"
      readonly info: { readonly slot: number; readonly addr: string; readonly channel_id: number }
    }
  | { readonly event: "outbound_slot_disconnected"; readonly info: { readonly slot: number; readonly err: string } }
  | {
      readonly event: "outbound_peer_discovery"
      readonly info: DnetDiscovery<"wait" | "seed" | "getaddr">
    }
  | { readonly event: "direct_connecting"; readonly info: { readonly connect_addr: string } }
  | {
      readonly event: "direct_connected"
      readonly info: { readonly connect_addr: string; readonly addr: string; readonly channel_id: number }
    }
  | { readonly event: "direct_disconnected"; readonly info: { readonly connect_addr: string; readonly err: string } }
  | {
      readonly event: "direct_peer_discovery"
      readonly info: DnetDiscovery<"wait" | "sleep" | "newchan" | "getaddr" | "seed">
    }
