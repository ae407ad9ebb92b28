import type { Random } from "@dchat/runtime"
import type { Host, HostColour, HostLists } from "./lists.ts"
import type { Settings } from "../settings/settings.ts"

/** No more than this share of the candidates, in percent, is taken from the proven hosts. */
const MOST_KNOWN_PERCENT = 80

/** The settings that say whom outbound slots dial. */
export type CandidateSettings = Pick<Settings, "outboundConnections" | "knownPeerPercent" | "disableGreys">

/**
 * Addresses that an outbound slot may dial, best first (darkfi-net 6.3): golds, then whites, then greys, drawn at random
 * within each. Unlike the reference it draws among the addresses that can be dialled now, and always leaves room for a
 * proven one; and within a colour neither a source nor a netgroup gains by having many addresses.
 *
 * @param accept Whether a host can be dialled now.
 */
export function drawCandidates(
  lists: HostLists,
  { outboundConnections: slots, knownPeerPercent, disableGreys }: CandidateSettings,
  accept: (host: Host) => boolean,
  random: Random,
): string[] {
  const percent = disableGreys ? 100 : Math.min(knownPeerPercent, MOST_KNOWN_PERCENT)
  const known = Math.max(1, Math.floor((percent * slots) / 100))
  const candidates: string[] = []
  const fill = (colour: HostColour, upTo: number): void => {
    const drawn = lists.spread(colour, Math.max(0, upTo - candidates.length), accept, random)
    candidates.push(...drawn.map(({ url }) => url))
  }
  fill("gold", known)
  fill("white", known)
  if (!disableGreys) fill("grey", Math.max(known + 1, slots))
  return candidates
}

/**
 * Somebody else, for slots that are all full: with equal chances a proven host, one that was proven and is lost, or one
 * that we have only heard of; whoever there is if there is none of that kind.
 *
 * @param accept Whether a host can be dialled now.
 */
export function drawOther(
  lists: HostLists,
  { disableGreys }: Pick<Settings, "disableGreys">,
  accept: (host: Host) => boolean,
  random: Random,
): string | undefined {
  const draw = (colour: HostColour, isKind: (host: Host) => boolean): Host | undefined =>
    lists.spread(colour, 1, (host) => isKind(host) && accept(host), random)[0]
  const kinds = [
    () => draw("gold", () => true) ?? draw("white", () => true),
    () => draw("grey", ({ provenAt }) => provenAt > -Infinity),
    () => draw("grey", ({ provenAt }) => provenAt === -Infinity),
  ].slice(0, disableGreys ? 1 : 3)
  const first = random.integer(kinds.length)
  for (let i = 0; i < kinds.length; i++) {
    const host = kinds[(first + i) % kinds.length]?.()
    if (host !== undefined) return host.url
  }
  return undefined
}
