import type { Random } from "@dchat/runtime"
import { Addr, type AddrRequest } from "../message/address.ts"
import type { HostColour, HostEntry, HostLists } from "./lists.ts"
import { SHAREABLE_SCHEMES } from "./mixing.ts"

/** The most addresses in one answer. A stock node may ask for more than it can take in one message, and ban us for it. */
const MAX_ADDRESSES = 510

/** The scheme of a canonical URL. */
export function schemeOf(url: string): string {
  return url.slice(0, url.indexOf(":"))
}

/**
 * Which hosts to answer a `getaddr` with: first what was asked for, then others that help the network spread
 * (darkfi-net 5.4). Never more than fits the message.
 */
export function selectAddresses(request: AddrRequest, lists: HostLists, random: Random): HostEntry[] {
  const wanted = new Set(request.transports.filter((scheme) => SHAREABLE_SCHEMES.includes(scheme)))
  const isWanted = (url: string): boolean => wanted.has(schemeOf(url))
  const max = Math.min(request.max, MAX_ADDRESSES)
  const most = Math.min(2 * max, MAX_ADDRESSES)
  const chosen: HostEntry[] = []
  const add = (colour: HostColour, count: number, accept: (url: string) => boolean): void => {
    chosen.push(...lists.sample(colour, Math.min(count, most - chosen.length), accept, random))
  }
  add("gold", max, isWanted)
  add("white", max, isWanted)
  add("gold", most, (url) => !isWanted(url))
  add("white", most, (url) => !isWanted(url))
  add("dark", most, () => true)
  return thatFit(chosen.filter(({ url }) => SHAREABLE_SCHEMES.includes(schemeOf(url))))
}

/** As many of the first hosts as one message holds: each takes the bytes of its URL, up to 3 for their length, and 8 for the time. */
function thatFit(hosts: readonly HostEntry[]): HostEntry[] {
  let left = Addr.maxBytes - 3
  return hosts.filter(({ url }) => (left -= url.length + 11) >= 0)
}
