import type { Random, Runtime } from "@dchat/runtime"
import { Publisher } from "@dchat/task"
import { parseUrl } from "@dchat/wire"
import type { Channel } from "../channel/channel.ts"
import type { AddrRequest } from "../message/address.ts"
import type { SessionKind } from "../session-kind.ts"
import type { Settings } from "../settings/settings.ts"
import { Bans } from "./bans.ts"
import { judgeAddress, placeOf, type FilterView } from "./filter.ts"
import { Contests } from "./contests.ts"
import type { HostEntry, HostLists } from "./lists.ts"
import { dialableSchemes } from "./mixing.ts"
import { netgroupOf } from "./netgroup.ts"
import { ourPolicy } from "./our-policy.ts"
import type { AddressPolicy, Allowance, SlotDraw } from "./policy.ts"
import type { Source } from "./source.ts"
import { HostStates, type HostState } from "./state.ts"

/** Hosts that we cannot reach are shared for this long, in seconds. */
const DARK_AGE_S = 86_400

/** What the hosts need of their node. */
export interface HostsOptions {
  readonly runtime: Pick<Runtime, "clock" | "random">
  readonly settings: Settings
  /** Which addresses are kept and used. Default: {@link ourPolicy}. */
  readonly policy?: AddressPolicy
}

/** An address and when it was last seen, in UNIX seconds, as it stands in an `addr` message. */
export type ReceivedAddress = readonly [url: string, lastSeen: bigint]

/** Everything that a node knows of others (darkfi-net 7). */
export class Hosts {
  readonly lists: HostLists
  /** By which rule addresses are kept and chosen. */
  readonly policy: AddressPolicy
  /** How many addresses were new, each time that some were. */
  readonly arrivals = new Publisher<number>()
  readonly #states = new HostStates()
  readonly #options: HostsOptions
  readonly #contests: Contests
  readonly #bans: Bans
  #asked = 0
  #surplus = 0

  constructor(options: HostsOptions) {
    this.#options = options
    this.policy = options.policy ?? ourPolicy
    this.lists = this.policy.lists({
      groupOf: (url) => this.groupOf(url),
      now: () => this.#now,
      random: options.runtime.random,
    })
    this.#contests = new Contests(this.lists)
    this.#bans = new Bans({ lists: this.lists, clock: options.runtime.clock, settings: options.settings })
  }

  /** The netgroup of an address. */
  groupOf(url: string): string {
    return netgroupOf(url, this.#settings.localnet)
  }

  /** The addresses under which others can reach us. What stands in their query is for us alone, and left out. */
  get externalAddrs(): readonly string[] {
    return this.#settings.externalAddrs.map((url) => url.replace(/\?.*$/, ""))
  }

  /** Enters a state if nothing else is being done with the address; says whether it did (darkfi-net 7.3). */
  enter(address: string, state: HostState): boolean {
    return this.#states.enter(address, state, this.#options.runtime.clock.monotonic())
  }

  /** Whether there is no address that could be dialled, now or later. */
  get knowsNobody(): boolean {
    return (["gold", "white", "grey"] as const).every((colour) => this.lists.size(colour) === 0)
  }

  /** What is being done with an address at this moment; undefined if nothing ever was. */
  stateOf(address: string): HostState | undefined {
    return this.#states.get(address)
  }

  /** Whether the address could enter the state now. */
  may(address: string, state: HostState): boolean {
    return this.#states.may(address, state)
  }

  /** How many addresses peers have been asked for by broadcast. */
  get asked(): number {
    return this.#asked
  }

  /** Every peer is asked for so many addresses. */
  ask(max: number): void {
    this.#asked += max
  }

  /** How many addresses were not looked at because their senders told us of too many unasked. */
  get surplus(): number {
    return this.#surplus
  }

  /** How many addresses a new peer may tell us of. */
  allowance(session: SessionKind): Allowance {
    return this.policy.allowance({ session, clock: this.#options.runtime.clock, questions: this })
  }

  /**
   * Those of the addresses that a peer sent which it may tell us of, with nothing in them but scheme, host and port; the others
   * are counted.
   */
  admit(addresses: readonly ReceivedAddress[], allowance: Allowance): readonly ReceivedAddress[] {
    const count = allowance.take(addresses.length)
    this.#surplus += addresses.length - count
    return addresses.slice(0, count).map(([url, lastSeen]) => [placeOf(url), lastSeen] as const)
  }

  /**
   * Puts addresses that a peer sent on the grey list, those that pass the filter (darkfi-net 7.6). Returns how many were
   * new and found room.
   */
  insert(addresses: Iterable<ReceivedAddress>, { group, isOwn }: Source): number {
    const now = this.#now
    const view = this.#filterView()
    const taken: HostEntry[] = []
    const dark: HostEntry[] = []
    for (const [url, claimed] of addresses) {
      const verdict = judgeAddress(url, view)
      if (verdict !== "dark" && (verdict !== "take" || !this.#states.may(url, "insert"))) continue
      if (verdict === "dark") dark.push({ url, lastSeen: this.policy.seen(claimed, now, true) })
      else taken.push({ url, lastSeen: this.policy.seen(claimed, now, isOwn(url)) })
    }
    const added = taken.length - this.lists.move("grey", taken, group).length
    this.lists.move("dark", dark, group)
    this.lists.removeOlder("dark", now - DARK_AGE_S)
    if (added > 0) this.arrivals.publish(added)
    return added
  }

  /** A host answered a probe: it goes to the white list (darkfi-net 6.6). A proven one only has been seen now. */
  confirm(url: string): void {
    this.#prove(this.lists.has("gold", url) ? "gold" : "white", url)
  }

  /** We have dialled a host and it answered as it should: it goes to the gold list (darkfi-net 5.1). */
  promote(url: string): void {
    this.#prove("gold", url)
  }

  /** A proven host did not answer a probe: it goes back to the grey list, unless it was banned. */
  demote(url: string): void {
    const lastSeen = this.lists.lastSeen(url)
    if (lastSeen === undefined) return
    this.lists.move("grey", [{ url, lastSeen }])
    this.#contests.fill()
  }

  /** We have lost the connection to a host that we had dialled, which was there until now. */
  lost(url: string): void {
    this.lists.lost(url, this.#now)
    this.#contests.fill()
  }

  /** A host was dialled in vain: it counts as lost, and may leave the lists if that happens again and again. */
  fail(url: string): void {
    this.lists.lost(url)
    this.lists.fail(url)
    this.#contests.fill()
  }

  /**
   * A proven host that another one waits for to be gone, if there is one: it is to be probed. Then `confirm` it if it
   * answers; else `demote` it, and the one that waited takes its place.
   */
  contested(accept: (url: string) => boolean): string | undefined {
    return this.#contests.next(accept)
  }

  /** The answer to a `getaddr` (darkfi-net 5.4). */
  answer(request: AddrRequest): HostEntry[] {
    return this.policy.answer(request, this.lists, this.#options.runtime.random)
  }

  /** Whom an outbound slot dials next; undefined if there is nobody (darkfi-net 6.3). */
  choose(draw: SlotDraw): string | undefined {
    return this.policy.choose(this.lists, draw, this.#options.runtime.random)
  }

  /** Whom outbound slots that are all full try beside those that they have; undefined if there is nobody. */
  chooseOther(draw: SlotDraw, random: Random): string | undefined {
    return this.policy.chooseOther(this.lists, draw, random)
  }

  /** Whether an address, every port of its host, or its network is banned or blacklisted (darkfi-net 7.4). */
  isBlacklisted(url: string): boolean {
    return this.#bans.has(url)
  }

  /** Bans a peer for a day. Returns what was banned, if there is something to ban (darkfi-net 4.6). */
  ban(channel: Pick<Channel, "address" | "session">): string | undefined {
    return this.#bans.add(channel)
  }

  /** Lifts bans that are older than a day. Those that the settings name stay. */
  liftOldBans(): void {
    this.#bans.liftOld()
  }

  /** Bans the hosts that the settings name (darkfi-net 7.11). */
  importBlacklist(): void {
    this.#bans.importBlacklist()
  }

  /** Proven hosts are not pushed out by others: who finds no room waits, as a grey, until one of them is found gone. */
  #prove(colour: "white" | "gold", url: string): void {
    const entry = { url, lastSeen: this.#now }
    const [left] = this.lists.move(colour, [entry])
    if (left === undefined) this.#contests.settle(url)
    else {
      this.lists.move("grey", [entry])
      this.#contests.add(colour, url)
    }
  }

  get #settings(): Settings {
    return this.#options.settings
  }

  /** UNIX seconds. */
  get #now(): number {
    return Math.floor(this.#options.runtime.clock.now() / 1000)
  }

  #filterView(): FilterView {
    const settings = this.#settings
    return {
      own: this.externalAddrs.map(parseUrl),
      localnet: settings.localnet,
      dialable: dialableSchemes(settings),
      isConfigured: (url) => settings.seeds.includes(url) || settings.peers.includes(url),
      isBlacklisted: (url) => this.isBlacklisted(url),
      isKnown: (url) => this.lists.lastSeen(url) !== undefined,
    }
  }
}
