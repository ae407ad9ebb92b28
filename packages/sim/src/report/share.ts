import type { Simulation } from "../simulation.ts"
import { parseUrl } from "@dchat/wire"

/** What part of a network adversaries hold, from 0 to 1. */
export interface AttackerShare {
  /** Of the channels of honest nodes. */
  readonly channels: number
  /** Of the channels that honest nodes have dialled. */
  readonly dialled: number
  /** Of the addresses that honest nodes may dial: grey, white and gold. */
  readonly addresses: number
  /** How many honest nodes have dialled none but adversaries, and at least one of them. */
  readonly eclipsed: number
}

/** What part adversaries hold at this moment. */
export function attackerShare(net: Simulation): AttackerShare {
  const up = net.nodes.filter(({ isUp }) => isUp)
  const ends = up.map(({ channels }) => channels)
  const dialled = ends.map((channels) => channels.filter(({ session }) => session !== "inbound"))
  const isEvil = ({ peer }: { readonly peer: string }): boolean => net.isGuilty(peer)
  const addresses = up.flatMap(({ p2p }) =>
    (["grey", "white", "gold"] as const).flatMap((colour) => p2p.hosts.lists.entries(colour)),
  )
  return {
    channels: share(ends.flat(), isEvil),
    dialled: share(dialled.flat(), isEvil),
    addresses: share(addresses, ({ url }) => net.isGuilty(net.ownerOf(parseUrl(url).host).name)),
    eclipsed: dialled.filter((mine) => mine.length > 0 && mine.every(isEvil)).length,
  }
}

function share<T>(all: readonly T[], is: (one: T) => boolean): number {
  return all.length === 0 ? 0 : all.filter(is).length / all.length
}
