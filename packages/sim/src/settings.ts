import { parseSemVer } from "@dchat/wire"
import type { Settings } from "@dchat/net"
import type { Topology } from "./network/topology.ts"

/** The four bytes that begin each packet of a simulated network. */
export const MAGIC = Uint8Array.of(0xd9, 0xef, 0xb6, 0x7d)

/** What all nodes of a simulation, seeds too, have in common. */
export const APP_SETTINGS: Partial<Settings> = {
  magicBytes: MAGIC,
  appName: "dchatd",
  appVersion: parseSemVer("0.4.1"),
  activeProfiles: ["tcp"],
}

/** Inbound connections where the graph is given: nobody is turned away. */
const PLENTY = 512

/** The settings of one node. */
export function settingsOf(
  topology: Topology,
  node: {
    readonly url: string
    readonly isBehindNat: boolean
    readonly peers: readonly string[]
    readonly seeds: readonly string[]
  },
): Partial<Settings> {
  const inboundAddrs = [node.url]
  const externalAddrs = node.isBehindNat ? [] : inboundAddrs
  if (topology.kind === "given")
    return { inboundAddrs, externalAddrs, peers: node.peers, outboundConnections: 0, inboundConnections: PLENTY }
  return {
    inboundAddrs,
    externalAddrs,
    seeds: node.seeds,
    outboundConnections: topology.slots ?? 8,
    inboundConnections: 4 * (topology.slots ?? 8),
    hostlist: "hosts",
  }
}
