import { type AddressPolicy, type Allowance, type HostLists, type Teller } from "@dchat/net"
import { AddrmanLists } from "./addrman-lists.ts"
import { drawSome } from "../draw.ts"

/** A peer may tell us of so many addresses a second unasked, and of so many when we have asked. */
const PER_S = 0.1
const MOST = 1000
/** An answer holds no more than this share of the addresses that we know, */
const ANSWER_SHARE = 0.23
/** and no more than this network's answers do. */
const MOST_IN_ANSWER = 510

const AHEAD_S = 600
const DAY_S = 86_400
/** Times before this one are taken for mistakes. */
const EARLIEST = 100_000_000n
const HEARSAY_AGE_S = 7200

/** How much a peer may say. Who has dialled us is not asked there, so it has no more than the trickle. */
class AddrmanAllowance implements Allowance {
  readonly #peer: Teller
  #open = 1
  #since: number
  #asked: number

  constructor(peer: Teller) {
    this.#peer = peer
    this.#since = peer.clock.monotonic()
    this.#asked = peer.questions.asked
  }

  ask(): void {
    if (this.#peer.session !== "inbound") this.#open += MOST
  }

  take(count: number): number {
    const { clock, questions, session } = this.#peer
    const now = clock.monotonic()
    if (this.#open < MOST) this.#open = Math.min(MOST, this.#open + ((now - this.#since) / 1000) * PER_S)
    this.#since = now
    if (session !== "inbound") this.#open += 2 * (questions.asked - this.#asked)
    this.#asked = questions.asked
    const taken = Math.min(count, Math.floor(this.#open))
    this.#open -= taken
    return taken
  }
}

/** The rule of Bitcoin's address manager, on this network. */
export const addrmanPolicy: Partial<AddressPolicy> = {
  lists: (node) => new AddrmanLists(node),

  allowance: (peer) => new AddrmanAllowance(peer),

  /** Too far ahead, or a mistake: five days ago; hearsay is two hours older than it says. */
  seen(claimed, now, isOwn) {
    const isWrong = claimed <= EARLIEST || claimed > BigInt(now + AHEAD_S)
    return (isWrong ? now - 5 * DAY_S : Number(claimed)) - (isOwn ? 0 : HEARSAY_AGE_S)
  },

  /** Never two slots in one netgroup. */
  choose(lists, { accept, taken }, random) {
    return own(lists).choose(({ url, group }) => !taken.has(group) && accept(url), random)
  },

  /** Of the new and the tried alike, those that are not terrible. */
  answer({ max, transports }, lists, random) {
    const tables = own(lists)
    const all = (["grey", "white", "gold"] as const).flatMap((colour) => tables.entries(colour))
    const good = all.filter(({ url }) => {
      const host = tables.get(url)
      return host !== undefined && !tables.isTerrible(host) && transports.includes(url.slice(0, url.indexOf(":")))
    })
    const count = Math.min(2 * max, MOST_IN_ANSWER, Math.floor(all.length * ANSWER_SHARE))
    return drawSome(good, count, random)
  },

  rotates: false,

  anchors: 2,
}

function own(lists: HostLists): AddrmanLists {
  if (!(lists instanceof AddrmanLists)) throw new TypeError("addrman's rule needs addrman's tables")
  return lists
}
