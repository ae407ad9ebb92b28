import type { Random } from "@dchat/runtime"
import type { Kept } from "./plain-lists.ts"

/** Buckets of so many places, each of which holds one host; `bucket` of a host is the place, counted over all buckets. */
export class Table {
  readonly #width: number
  readonly #places = new Map<number, Kept>()
  /** The buckets that hold somebody; undefined when that has changed. */
  #buckets: Kept[][] | undefined

  constructor(width: number) {
    this.#width = width
  }

  get size(): number {
    return this.#places.size
  }

  get(place: number): Kept | undefined {
    return this.#places.get(place)
  }

  add(host: Kept): void {
    this.#places.set(host.bucket, host)
    this.#buckets = undefined
  }

  remove(host: Kept): void {
    if (this.#places.get(host.bucket) === host) this.#places.delete(host.bucket)
    this.#buckets = undefined
  }

  /** A bucket that is not empty, and somebody in it, each with equal chances. The table is not empty. */
  draw(random: Random): Kept {
    const buckets = (this.#buckets ??= this.#list())
    const bucket = buckets[random.integer(buckets.length)] as Kept[]
    return bucket[random.integer(bucket.length)] as Kept
  }

  #list(): Kept[][] {
    const buckets = new Map<number, Kept[]>()
    for (const [place, host] of this.#places) {
      const index = Math.floor(place / this.#width)
      const others = buckets.get(index)
      if (others === undefined) buckets.set(index, [host])
      else others.push(host)
    }
    return [...buckets.values()]
  }
}
