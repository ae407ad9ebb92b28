import type { SessionKind } from "../session-kind.ts"
import { hostOf, netgroupOf } from "./netgroup.ts"

/** Who told us of addresses. */
export interface Source {
  /** Decides which buckets the addresses can get into: the netgroup of the sender. */
  readonly group: string
  /** Whether an address is the sender's own, of which it knows best whether it is there. */
  readonly isOwn: (url: string) => boolean
}

/** A peer that sends addresses. */
export interface Sender {
  readonly address: string
  readonly session: SessionKind
}

/**
 * The source that a peer is. One that the configuration names has buckets of its own, which no other peer of its
 * netgroup can fill.
 */
export function sourceOf({ address, session }: Sender, localnet: boolean): Source {
  const host = hostOf(address)
  const group = netgroupOf(address, localnet)
  return {
    group: session === "seed" || session === "manual" ? `${session} ${group}` : group,
    isOwn: (url) => host !== "" && url.includes(host) && hostOf(url) === host,
  }
}
