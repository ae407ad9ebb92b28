import { SipHash } from "./siphash.ts"

/** How a list of hosts is divided: so many buckets of so many places. */
export interface BucketShape {
  readonly buckets: number
  readonly places: number
}

/** The number of buckets that addresses from one source can get into, of those in which hearsay is kept. */
const BUCKETS_OF_SOURCE = 8
/** The number of buckets that the addresses of one netgroup can get into, of those in which proven hosts are kept. */
const BUCKETS_OF_GROUP = 4

/** What a bucket looks at. */
export interface BucketEntry {
  readonly group: string
  /** UNIX seconds. */
  readonly lastSeen: number
}

/**
 * Into which bucket a host goes. It follows from a secret of this node, so that nobody can aim at a bucket.
 */
export class BucketChooser {
  readonly #hash: SipHash
  /** The buckets of the source that was asked for last: addresses come many at a time. */
  #reach: { readonly source: string; readonly count: number; readonly buckets: readonly number[] } | undefined

  /** @param key 16 secret bytes */
  constructor(key: Uint8Array) {
    this.#hash = new SipHash(key)
  }

  /** The bucket of an address that was heard of: one of the few of its source, which one by its netgroup or another text. */
  ofHearsay(source: string, group: string, count: number): number {
    if (this.#reach?.source !== source || this.#reach.count !== count) {
      const buckets = Array.from({ length: BUCKETS_OF_SOURCE }, (_, i) => this.#hash.text(`s${i} ${source}`) % count)
      this.#reach = { source, count, buckets }
    }
    return this.#reach.buckets[this.#hash.text(`g${group} ${source}`) % BUCKETS_OF_SOURCE] as number
  }

  /** The bucket of a proven host: one of the few of its netgroup, which one by its address. */
  ofProven(url: string, group: string, count: number): number {
    const nth = this.#hash.text(`u${url}`) % BUCKETS_OF_GROUP
    return this.#hash.text(`p${nth} ${group}`) % count
  }
}

/** Hosts that share a place in a list, and how many of them are of each netgroup. */
export class Bucket<E extends BucketEntry> {
  readonly entries: E[] = []
  readonly #sizes = new Map<string, number>()

  get size(): number {
    return this.entries.length
  }

  add(entry: E): void {
    this.entries.push(entry)
    this.#sizes.set(entry.group, this.#sizeOf(entry.group) + 1)
  }

  remove(entry: E): void {
    const index = this.entries.indexOf(entry)
    if (index < 0) return
    this.entries.splice(index, 1)
    const size = this.#sizeOf(entry.group) - 1
    if (size > 0) this.#sizes.set(entry.group, size)
    else this.#sizes.delete(entry.group)
  }

  /**
   * Who is to leave: of the netgroup with the most places the one that was not seen for the longest.
   *
   * @param surplus How many more places that netgroup must have than `group`. With 2, groups that have as much as each
   * other never push each other out; with `-Infinity` somebody always leaves.
   */
  leastMissed(group: string, surplus: number): E | undefined {
    let most = 0
    for (const size of this.#sizes.values()) if (size > most) most = size
    if (most < this.#sizeOf(group) + surplus) return undefined
    const candidates = this.entries.filter((entry) => this.#sizeOf(entry.group) === most)
    return candidates.reduce<E | undefined>((a, b) => (a === undefined || b.lastSeen < a.lastSeen ? b : a), undefined)
  }

  #sizeOf(group: string): number {
    return this.#sizes.get(group) ?? 0
  }
}
