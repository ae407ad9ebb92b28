import type { AddressPolicy, Host, HostColour } from "@dchat/net"
import type { Random } from "@dchat/runtime"
import { drawSome } from "../draw.ts"
import { PlainLists } from "./plain-lists.ts"

/** No more than this share of the candidates for a slot, in percent, is taken from the proven hosts. */
const MOST_KNOWN_PERCENT = 80

/** Lists that are sorted by the time that is claimed, and cut (darkfi-net 7.1, 7.2). */
class ReferenceLists extends PlainLists {
  protected readonly caps = { grey: 2000, white: 5000, gold: Infinity, black: 10_000, dark: 1000 }

  /** It goes back to the grey list, as seen as before; who claims more may push it out of that at once. */
  lost(url: string): void {
    const lastSeen = this.lastSeen(url)
    if (lastSeen !== undefined) this.move("grey", [{ url, lastSeen }])
  }

  unanswered(url: string): void {
    this.remove("grey", url)
  }

  /** Nobody waits for a place. */
  incumbent(): undefined {}

  spread(colour: HostColour, count: number, accept: (host: Host) => boolean, random: Random): Host[] {
    return drawSome(this.members(colour).filter(accept), count, random)
  }

  /** Everybody gets in, and is cut off again afterwards. */
  protected reserve(): number {
    return 0
  }
}

/**
 * The reference's rule (darkfi-net 5.4, 6.3, 7.2, 7.6): takes whatever is sent and whatever time is claimed, keeps the
 * 2,000 that claim to have been seen last, draws with equal chances, knows neither netgroups nor anchors.
 */
export const referencePolicy: Partial<AddressPolicy> = {
  lists: (node) => new ReferenceLists(node),

  allowance: () => ({ ask() {}, take: (count) => count }),

  seen: (claimed) => Number(claimed),

  /** Golds and whites up to a share of the slots, greys up to all; those that are connected already take up places. */
  choose(lists, { settings, accept }, random) {
    const { outboundConnections: slots, knownPeerPercent, disableGreys } = settings
    const percent = disableGreys ? 100 : Math.min(knownPeerPercent, MOST_KNOWN_PERCENT)
    const known = Math.floor((percent * slots) / 100)
    const drawn = lists.sample("gold", known, anybody, random)
    drawn.push(...lists.sample("white", known - drawn.length, anybody, random))
    if (!disableGreys) drawn.push(...lists.sample("grey", slots - drawn.length, anybody, random))
    return drawn.find(({ url }) => accept(url))?.url
  },

  rotates: false,

  anchors: 0,
}

function anybody(): boolean {
  return true
}
