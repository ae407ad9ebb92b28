import type { Random } from "@dchat/runtime"
import { Bucket, BucketChooser, type BucketShape } from "./buckets.ts"
import { drawSpread } from "./spread.ts"

/**
 * What is known of a host (darkfi-net 7.1). Grey: heard of, not proven. White: answered a probe. Gold: we have, or had,
 * a connection that we dialled. Black: banned. Dark: valid, but not to be reached from here; shared, never used.
 */
export const HOST_COLOURS = ["grey", "white", "gold", "black", "dark"] as const

/** What is known of a host. */
export type HostColour = (typeof HOST_COLOURS)[number]

/** No list holds more hosts. */
export const LIST_CAPS: Readonly<Record<HostColour, number>> = {
  grey: 2000,
  white: 5000,
  gold: 5000,
  black: 10_000,
  dark: 1000,
}

/**
 * How the lists are divided; together the places are just below the {@link LIST_CAPS}. Who is banned needs no place of
 * that kind.
 */
export const SHAPES: Readonly<Record<Exclude<HostColour, "black">, BucketShape>> = {
  grey: { buckets: 128, places: 15 },
  white: { buckets: 128, places: 39 },
  gold: { buckets: 128, places: 39 },
  dark: { buckets: 128, places: 7 },
}

const PROVEN: ReadonlySet<HostColour> = new Set(["white", "gold"])

/** An address and when it was last known to be alive. */
export interface HostEntry {
  /** Canonical. */
  readonly url: string
  /** UNIX seconds. */
  readonly lastSeen: number
}

/** A host on a list. */
export interface Host extends HostEntry {
  readonly colour: HostColour
  readonly group: string
  /** The netgroup of who told us of it. */
  readonly source: string
  readonly bucket: number
  /** How often it was dialled in vain since it last answered. */
  readonly failures: number
}

/** A host as the lists keep it. */
type Kept = { -readonly [K in keyof Host]: Host[K] }

/** What the lists do not know of themselves. */
export interface ListPolicy {
  /** The netgroup of an address. */
  groupOf(url: string): string
  /** Says of a host that was only heard of whether nobody would miss it, at this moment. */
  terrible(): (host: Host) => boolean
}

/**
 * The five lists (darkfi-net 7.1, 7.2). Plain data: no time, no network. A host is on one list at a time, and in one
 * bucket of it. Which one follows from a secret key: for hearsay (grey, dark) and who it came from, for the proven
 * (white, gold) and their netgroup. A full bucket of hearsay gives up whom nobody misses, or whoever has more than a
 * fair share; a full bucket of proven hosts gives up nobody.
 */
export class HostLists {
  readonly #policy: ListPolicy
  readonly #hosts = new Map<string, Kept>()
  readonly #lists: Readonly<Record<HostColour, Set<Kept>>> = perColour(() => new Set<Kept>())
  readonly #buckets: Readonly<Record<HostColour, Map<number, Bucket<Kept>>>> = perColour(
    () => new Map<number, Bucket<Kept>>(),
  )
  #key: Uint8Array
  #chooser: BucketChooser
  #evicted = 0
  #turnedAway = 0

  /** @param key 16 secret bytes */
  constructor(key: Uint8Array, policy: ListPolicy) {
    this.#policy = policy
    this.#key = key
    this.#chooser = new BucketChooser(key)
  }

  /** The secret that the buckets follow from. To set it places every host anew. */
  get key(): Uint8Array {
    return this.#key
  }

  set key(key: Uint8Array) {
    const hosts = [...this.#hosts.values()]
    for (const { url } of hosts) this.#take(url)
    this.#key = key
    this.#chooser = new BucketChooser(key)
    for (const host of hosts) this.#put(host.colour, host, host.source)
  }

  /** How many hosts had to leave since others had more right to their place; bans beyond the most that are kept included. */
  get evicted(): number {
    return this.#evicted
  }

  /** How often a host found no room on a list. */
  get turnedAway(): number {
    return this.#turnedAway
  }

  size(colour: HostColour): number {
    return this.#lists[colour].size
  }

  has(colour: HostColour, url: string): boolean {
    return this.#hosts.get(url)?.colour === colour
  }

  /** Everything on a list, in no order that means something. */
  entries(colour: HostColour): HostEntry[] {
    return Array.from(this.#lists[colour], ({ url, lastSeen }) => ({ url, lastSeen }))
  }

  /** A host on whatever list. */
  get(url: string): Host | undefined {
    return this.#hosts.get(url)
  }

  /** When a host on the gold, white or grey list was last seen. */
  lastSeen(url: string): number | undefined {
    const host = this.#hosts.get(url)
    return host === undefined || host.colour === "black" || host.colour === "dark" ? undefined : host.lastSeen
  }

  /**
   * Puts hosts on a list, and takes them off any other; or updates when they were seen. Returns those for whom there
   * was no room: they stay where they were.
   *
   * @param source The netgroup of who told us of them. Default: a source for each netgroup.
   */
  store(colour: HostColour, hosts: Iterable<HostEntry>, source?: string): HostEntry[] {
    const left: HostEntry[] = []
    for (const host of hosts) if (!this.#put(colour, host, source)) left.push(host)
    if (colour === "black") this.#trimBlack()
    this.#turnedAway += left.length
    return left
  }

  /** As `store`, but who is banned stays so: leave the black list first. */
  move(colour: HostColour, hosts: readonly HostEntry[], source?: string): HostEntry[] {
    const isFree = colour === "black" || this.size("black") === 0
    return this.store(colour, isFree ? hosts : hosts.filter(({ url }) => !this.has("black", url)), source)
  }

  /** A host was dialled in vain. */
  fail(url: string): void {
    const host = this.#hosts.get(url)
    if (host !== undefined) host.failures++
  }

  /** The proven host that is the first to give way, if it no longer answers, for one that finds no room on a list. */
  incumbent(colour: "white" | "gold", url: string): string | undefined {
    const group = this.#policy.groupOf(url)
    const { buckets, places } = SHAPES[colour]
    const bucket = this.#buckets[colour].get(this.#chooser.ofProven(url, group, buckets))
    return bucket === undefined || bucket.size < places ? undefined : bucket.leastMissed(group, -Infinity)?.url
  }

  remove(colour: HostColour, url: string): void {
    if (this.has(colour, url)) this.#take(url)
  }

  /** Takes hosts off a list that were last seen before a moment (UNIX seconds). */
  removeOlder(colour: HostColour, moment: number): void {
    for (const { url, lastSeen } of this.#lists[colour]) if (lastSeen < moment) this.#take(url)
  }

  /** Up to `count` hosts of a list that `accept` takes, drawn with equal chances. */
  sample(colour: HostColour, count: number, accept: (url: string) => boolean, random: Random): HostEntry[] {
    return draw(
      this.entries(colour).filter(({ url }) => accept(url)),
      count,
      random,
    )
  }

  /** Up to `count` hosts of a list that `accept` takes, drawn so that neither sources nor netgroups win by numbers. */
  spread(colour: HostColour, count: number, accept: (host: Host) => boolean, random: Random): Host[] {
    return drawSpread([...this.#lists[colour]].filter(accept), count, random)
  }

  #put(colour: HostColour, { url, lastSeen }: HostEntry, from: string | undefined): boolean {
    const known = this.#hosts.get(url)
    if (known?.colour === colour) {
      known.lastSeen = lastSeen
      if (PROVEN.has(colour)) known.failures = 0
      return true
    }
    const group = known?.group ?? this.#policy.groupOf(url)
    const source = from ?? known?.source ?? `unknown ${group}`
    const isProven = known !== undefined && PROVEN.has(known.colour)
    const bucket = this.#makeRoom(colour, url, { group, source, isProven })
    if (bucket === undefined) return false
    this.#take(url)
    this.#add({ url, lastSeen, colour, group, source, bucket, failures: 0 })
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
    const leaves = bucket.entries.find(this.#policy.terrible()) ?? bucket.leastMissed(group, isProven ? -Infinity : 2)
    if (leaves === undefined) return undefined
    this.#take(leaves.url)
    this.#evicted++
    return index
  }

  #add(host: Kept): void {
    const { url, colour, bucket } = host
    this.#hosts.set(url, host)
    this.#lists[colour].add(host)
    if (colour === "black") return
    let others = this.#buckets[colour].get(bucket)
    if (others === undefined) this.#buckets[colour].set(bucket, (others = new Bucket<Kept>()))
    others.add(host)
  }

  #take(url: string): void {
    const host = this.#hosts.get(url)
    if (host === undefined) return
    const { colour, bucket } = host
    this.#hosts.delete(url)
    this.#lists[colour].delete(host)
    if (colour === "black") return
    this.#buckets[colour].get(bucket)?.remove(host)
  }

  /** Who was banned first is let off first. */
  #trimBlack(): void {
    const surplus = this.size("black") - LIST_CAPS.black
    if (surplus <= 0) return
    const oldestFirst = this.entries("black").toSorted((a, b) => a.lastSeen - b.lastSeen)
    for (const { url } of oldestFirst.slice(0, surplus)) this.#take(url)
    this.#evicted += surplus
  }
}

function perColour<T>(make: () => T): Record<HostColour, T> {
  return { grey: make(), white: make(), gold: make(), black: make(), dark: make() }
}

/** Up to `count` elements of `pool`, drawn with equal chances; `pool` is shuffled on the way. */
function draw<T>(pool: T[], count: number, random: Random): T[] {
  const drawn = Math.min(count, pool.length)
  for (let i = 0; i < drawn; i++) {
    const from = i + random.integer(pool.length - i)
    const chosen = pool[from] as T
    pool[from] = pool[i] as T
    pool[i] = chosen
  }
  return pool.slice(0, drawn)
}
