import { virtualWorld, type VirtualHost, type VirtualWorld } from "@dchat/runtime/virtual"
import { defaultSettings } from "../settings/settings.ts"
import { Hosts } from "./hosts.ts"
import { netgroupOf } from "./netgroup.ts"
import { SipHash } from "./siphash.ts"
import { sourceOf, type Source } from "./source.ts"
import { cellsOf } from "./spread.ts"
import { AddressAllowance } from "./unsolicited.ts"

/** Addresses that one peer sends, with the time at which it says each was seen (UNIX seconds). */
export interface Message {
  /** Of the peer. */
  readonly from: string
  readonly addresses: readonly (readonly [url: string, lastSeen: bigint])[]
}

/** An address that may be dialled next, and its chance beside the others. */
export interface Candidate {
  readonly url: string
  readonly group: string
  readonly weight: number
}

/** What a node does with addresses that it hears of. */
export interface AddressRule {
  readonly name: string
  /** Whether slots keep to different netgroups. */
  readonly isDiverse: boolean
  /** How many peers are remembered and dialled first after a restart. */
  readonly anchors: number
  /** Hears what was sent in some seconds, at the end of which it is `now` (UNIX seconds). */
  hear(messages: readonly Message[], now: number, seconds: number): Promise<void>
  /** @param taken Netgroups that are left out. */
  candidates(taken: ReadonlySet<string>): Candidate[]
}

/**
 * The reference's: sort by the time that is claimed, keep the first 2,000, draw with equal chances (darkfi-net 7.2,
 * 7.6).
 */
export class ReferenceRule implements AddressRule {
  readonly name = "the reference"
  readonly isDiverse = false
  readonly anchors = 0
  #list: (readonly [url: string, lastSeen: number])[] = []
  #known = new Set<string>()

  async hear(messages: readonly Message[]): Promise<void> {
    for (const { addresses } of messages) {
      for (const [url, lastSeen] of addresses) {
        if (this.#known.has(url)) continue
        this.#known.add(url)
        this.#list.push([url, Number(lastSeen)])
      }
    }
    this.#list = this.#list.toSorted(([, a], [, b]) => b - a).slice(0, 2000)
    this.#known = new Set(this.#list.map(([url]) => url))
  }

  candidates(): Candidate[] {
    return this.#list.map(([url]) => ({ url, group: netgroupOf(url, false), weight: 1 }))
  }
}

/**
 * The "new" table of Bitcoin's addrman as its papers and notes describe it: 1,024 buckets of 64, of which a source
 * reaches 64; an address has one place in its bucket and takes it only from one that is terrible. Times too far ahead
 * count as five days old. A peer may send 0.1 addresses a second unasked, and 1,000 after a question.
 */
export class AddrmanRule implements AddressRule {
  readonly name = "addrman"
  readonly isDiverse = true
  readonly anchors = 2
  readonly #hash = new SipHash(new Uint8Array(16).fill(7))
  readonly #places = new Map<number, { url: string; group: string; seen: number }>()
  readonly #open = new Map<string, number>()

  async hear(messages: readonly Message[], now: number, seconds: number): Promise<void> {
    for (const { from, addresses } of messages) {
      const open = Math.min(1000, (this.#open.get(from) ?? 1000) + seconds / 10)
      const count = Math.min(addresses.length, Math.floor(open))
      this.#open.set(from, open - count)
      const source = netgroupOf(from, false)
      for (const [url, claimed] of addresses.slice(0, count)) this.#add(url, source, Number(claimed), now)
    }
  }

  #add(url: string, source: string, claimed: number, now: number): void {
    const group = netgroupOf(url, false)
    const nth = this.#hash.text(`${group} ${source}`) % 64
    const bucket = this.#hash.text(`${source} ${nth}`) % 1024
    const place = bucket * 64 + (this.#hash.text(`${bucket} ${url}`) % 64)
    const seen = (claimed > now + 600 ? now - 5 * 86_400 : claimed) - 7200
    const there = this.#places.get(place)
    const isTerrible = there !== undefined && (there.seen > now + 600 || there.seen < now - 30 * 86_400)
    if (there === undefined || isTerrible) this.#places.set(place, { url, group, seen })
  }

  candidates(taken: ReadonlySet<string>): Candidate[] {
    const sizes = new Map<number, number>()
    const free = [...this.#places].filter(([, { group }]) => !taken.has(group))
    for (const [place] of free) sizes.set(place >> 6, (sizes.get(place >> 6) ?? 0) + 1)
    return free.map(([place, { url, group }]) => ({ url, group, weight: 1 / (sizes.get(place >> 6) ?? 1) }))
  }
}

/** Ours: the code that nodes run. */
export class OurRule implements AddressRule {
  readonly isDiverse = true
  readonly anchors = 4
  readonly name: string
  readonly #isLimited: boolean
  readonly #world: VirtualWorld
  readonly #runtime: VirtualHost
  readonly #hosts: Hosts
  readonly #peers = new Map<string, { source: Source; allowance: AddressAllowance }>()

  /** @param isLimited Whether unsolicited addresses are limited; if not, it is as if we had asked for them all. */
  constructor(isLimited: boolean, seed: number) {
    this.name = isLimited ? "ours" : "ours, without the limit"
    this.#isLimited = isLimited
    this.#world = virtualWorld({ seed })
    this.#runtime = this.#world.host({ name: "node" })
    this.#hosts = new Hosts({ runtime: this.#runtime, settings: { ...defaultSettings, activeProfiles: ["tcp"] } })
  }

  async hear(messages: readonly Message[], _now: number, seconds: number): Promise<void> {
    await this.#world.advance(seconds * 1000)
    // Honest peers send what they are asked for; so the hostile one may send as much.
    this.#hosts.ask(10)
    for (const { from, addresses } of messages) {
      const { source, allowance } = this.#peer(from)
      this.#hosts.insert(this.#isLimited ? this.#hosts.admit(addresses, allowance) : addresses, source)
    }
  }

  #peer(address: string): { source: Source; allowance: AddressAllowance } {
    const known = this.#peers.get(address)
    if (known !== undefined) return known
    const source = sourceOf({ address, session: "outbound" }, false)
    const peer = { source, allowance: new AddressAllowance(this.#runtime.clock, this.#hosts) }
    this.#peers.set(address, peer)
    return peer
  }

  candidates(taken: ReadonlySet<string>): Candidate[] {
    const { lists } = this.#hosts
    const hosts = lists.entries("grey").flatMap(({ url }) => lists.get(url) ?? [])
    return cellsOf(hosts.filter(({ group }) => !taken.has(group))).flatMap(({ group, hosts: members, weight }) =>
      members.map(({ url }) => ({ url, group, weight: weight / members.length })),
    )
  }
}
