import type { Random } from "@dchat/runtime"
import { Bucket, BucketChooser, type BucketShape } from "./buckets.ts"
import { LIST_CAPS, type Host, type HostColour, type HostEntry, type HostLists } from "./lists.ts"
import { HostRoster } from "./roster.ts"
import { drawSpread } from "./spread.ts"

/** Lists that are divided into buckets. */
type Bucketed = Exclude<HostColour, "black">

/**
 * How the lists are divided; together the places are just below the {@link LIST_CAPS}. Who is banned needs no place of
 * that kind.
 */
export const SHAPES: Readonly<Record<Bucketed, BucketShape>> = {
  grey: { buckets: 128, places: 15 },
  white: { buckets: 128, places: 39 },
  gold: { buckets: 128, places: 39 },
  dark: { buckets: 128, places: 7 },
}

const PROVEN: ReadonlySet<HostColour> = new Set(["white", "gold"])

/** A host as the lists keep it. */
type Kept = { -readonly [K in keyof Host]: Host[K] }

/** What the lists do not know of themselves. */
export interface BucketListsContext {
  /** The netgroup of an address. */
  groupOf(url: string): string
  /** Says of a host that was only heard of whether nobody would miss it, at this moment. */
  terrible(): (host: Host) => boolean
  /** Says of a host that does not answer whether it may come back. */
  mayComeBack(host: Host): boolean
}

/**
 * The lists as we keep them. Plain data: no time, no network. A host is in one bucket of its list. Which one follows from a
 * secret key: for hearsay (grey, dark) and who it came from, for the proven (white, gold) and their netgroup. A full bucket
 * of hearsay gives up whom nobody misses, or whoever has more than a fair share; a full bucket of proven hosts gives up nobody.
 */
export class BucketLists extends HostRoster<Kept> implements HostLists {
  readonly #context: BucketListsContext
  readonly #buckets: Readonly<Record<Bucketed, Map<number, Bucket<Kept>>>> = {
    grey: new Map(),
    white: new Map(),
    gold: new Map(),
    dark: new Map(),
  }
  #key: Uint8Array
  #chooser: BucketChooser
  #evicted = 0
  #turnedAway = 0

  /** @param key 16 secret bytes */
  constructor(key: Uint8Array, context: BucketListsContext) {
    super()
    this.#context = context
    this.#key = key
    this.#chooser = new BucketChooser(key)
  }

  get key(): Uint8Array {
    return this.#key
  }

  set key(key: Uint8Array) {
    const hosts = this.leaveAll()
    this.#key = key
    this.#chooser = new BucketChooser(key)
    for (const host of hosts) this.#put(host.colour, host, host.source)
  }

  get evicted(): number {
    return this.#evicted
  }

  get turnedAway(): number {
    return this.#turnedAway
  }

  store(colour: HostColour, hosts: Iterable<HostEntry>, source?: string): HostEntry[] {
    const left: HostEntry[] = []
    for (const host of hosts) if (!this.#put(colour, host, source)) left.push(host)
    if (colour === "black") this.#trimBlack()
    this.#turnedAway += left.length
    return left
  }

  /** It goes back to the grey list. */
  lost(url: string, provenAt?: number): void {
    const lastSeen = this.lastSeen(url)
    if (lastSeen === undefined) return
    this.move("grey", [{ url, lastSeen }])
    const host = this.get(url)
    if (host !== undefined && provenAt !== undefined) host.provenAt = provenAt
  }

  fail(url: string): void {
    const host = this.get(url)
    if (host !== undefined) host.failures++
  }

  /** It is forgotten, unless it may come back. */
  unanswered(url: string): void {
    const host = this.get(url)
    if (host !== undefined && !this.#context.mayComeBack(host)) this.remove("grey", url)
  }

  incumbent(colour: "white" | "gold", url: string): string | undefined {
    const group = this.#context.groupOf(url)
    const { buckets, places } = SHAPES[colour]
    const bucket = this.#buckets[colour].get(this.#chooser.ofProven(url, group, buckets))
    return bucket === undefined || bucket.size < places ? undefined : bucket.leastMissed(group, -Infinity)?.url
  }

  /** The white one that was seen longest ago (darkfi-net 6.8). */
  stalest(accept: (url: string) => boolean): string | undefined {
    return this.entries("white")
      .filter(({ url }) => accept(url))
      .reduce<HostEntry | undefined>((a, b) => (a === undefined || b.lastSeen < a.lastSeen ? b : a), undefined)?.url
  }

  sample(colour: HostColour, count: number, accept: (url: string) => boolean, random: Random): HostEntry[] {
    return this.spread(colour, count, ({ url }) => accept(url), random)
  }

  /** Drawn so that neither sources nor netgroups win by numbers. */
  spread(colour: HostColour, count: number, accept: (host: Host) => boolean, random: Random): Host[] {
    return drawSpread(this.members(colour).filter(accept), count, random)
  }

  protected override enter(host: Kept): void {
    super.enter(host)
    const { colour, bucket } = host
    if (colour === "black") return
    let others = this.#buckets[colour].get(bucket)
    if (others === undefined) this.#buckets[colour].set(bucket, (others = new Bucket<Kept>()))
    others.add(host)
  }

  protected override leave(url: string): Kept | undefined {
    const host = super.leave(url)
    if (host !== undefined && host.colour !== "black") this.#buckets[host.colour].get(host.bucket)?.remove(host)
    return host
  }

  #put(colour: HostColour, { url, lastSeen }: HostEntry, from: string | undefined): boolean {
    const known = this.get(url)
    if (known?.colour === colour) {
      known.lastSeen = lastSeen
      if (PROVEN.has(colour)) Object.assign(known, { failures: 0, provenAt: lastSeen })
      return true
    }
    const group = known?.group ?? this.#context.groupOf(url)
    const source = from ?? known?.source ?? `unknown ${group}`
    const isProven = known !== undefined && PROVEN.has(known.colour)
    const bucket = this.#makeRoom(colour, url, { group, source, isProven })
    if (bucket === undefined) return false
    this.leave(url)
    const provenAt = PROVEN.has(colour) ? lastSeen : (known?.provenAt ?? -Infinity)
    this.enter({ url, lastSeen, colour, group, source, bucket, failures: 0, provenAt })
    return true
  }

  /** The bucket for a host; undefined if that is full of others who have more right to it. */
  #makeRoom(
    colour: HostColour,
    url: string,
    { group, source, isProven }: { group: string; source: string; isProven: boolean },
  ): number | undefined {
    if (colour === "black") return 0
    const { buckets, places } = SHAPES[colour]
    // Neighbours that advertise themselves to a seed, one after the other, find as much room as other addresses.
    const index = PROVEN.has(colour)
      ? this.#chooser.ofProven(url, group, buckets)
      : this.#chooser.ofHearsay(source, source === group ? url : group, buckets)
    const bucket = this.#buckets[colour].get(index)
    if (bucket === undefined || bucket.size < places) return index
    if (PROVEN.has(colour)) return undefined
    // Who was proven once goes before hearsay.
    const leaves = bucket.entries.find(this.#context.terrible()) ?? bucket.leastMissed(group, isProven ? -Infinity : 2)
    if (leaves === undefined) return undefined
    this.leave(leaves.url)
    this.#evicted++
    return index
  }

  /** Who was banned first is let off first, and the configured blacklist, which is of no time, last. */
  #trimBlack(): void {
    const surplus = this.size("black") - LIST_CAPS.black
    if (surplus <= 0) return
    const ageOf = ({ lastSeen }: HostEntry): number => lastSeen || Number.MAX_VALUE
    const oldestFirst = this.entries("black").toSorted((a, b) => ageOf(a) - ageOf(b))
    for (const { url } of oldestFirst.slice(0, surplus)) this.leave(url)
    this.#evicted += surplus
  }
}
