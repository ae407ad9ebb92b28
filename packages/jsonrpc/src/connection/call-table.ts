import type { Id } from "../message/message.ts"

/** Calls by their ids. A Map will do. */
export interface CallsById<Call> {
  readonly size: number
  get(id: Id): Call | undefined
  set(id: Id, call: Call): unknown
  /** False when there is none. */
  delete(id: Id): boolean
  /** Oldest first. */
  values(): Iterable<Call>
}

/** Places at first. Their number is always a power of two. */
const FIRST_PLACES = 16
/** So many are kept when no call waits any more. */
const KEPT_PLACES = 4096

/**
 * Calls by their ids for a connection that makes very many: a ring of places, in which the last bits of an id say where its
 * call is. A number whose place is taken becomes no id, so that a call which waits for long costs one place and no more.
 *
 * A Map makes itself anew over and over as calls come and go, and each table that it leaves behind holds the next: once one
 * of them is old, those that follow outlive the collections of young memory, with all the calls in them. That was a fifth of
 * a busy client's time.
 */
export class CallTable<Call extends { readonly id: Id }> implements CallsById<Call> {
  #places = new Array<Call | undefined>(FIRST_PLACES)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The first number from `id` on that may be an id. */
  free(id: number): number {
    if (this.#size * 2 >= this.#places.length) this.#spread(this.#places.length * 2)
    let free = id
    while (this.#places[this.#placeOf(free)] !== undefined) free++
    return free
  }

  get(id: Id): Call | undefined {
    const call = this.#places[this.#placeOf(id)]
    return call?.id === id ? call : undefined
  }

  /** @param id From {@link free}. */
  set(id: Id, call: Call): void {
    this.#places[this.#placeOf(id)] = call
    this.#size++
  }

  delete(id: Id): boolean {
    if (this.get(id) === undefined) return false
    this.#places[this.#placeOf(id)] = undefined
    this.#size--
    if (this.#size === 0 && this.#places.length > KEPT_PLACES) this.#spread(FIRST_PLACES)
    return true
  }

  values(): Call[] {
    const calls = this.#places.filter((call) => call !== undefined)
    return calls.sort((one, other) => Number(one.id) - Number(other.id))
  }

  #placeOf(id: Id): number {
    return Number(id) & (this.#places.length - 1)
  }

  #spread(places: number): void {
    const calls = this.values()
    this.#places = new Array<Call | undefined>(places)
    for (const call of calls) this.#places[this.#placeOf(call.id)] = call
  }
}
