/** Whence somebody comes. */
export interface Origin {
  /** His netgroup. */
  readonly group: string
  /** His host, in the netgroup. */
  readonly host: string
}

/** What follows from an arrival or a departure. */
export interface Ruling<T> {
  /** Who has a place from now on. */
  readonly admitted?: T | undefined
  /** Who had that place until now, and has to leave for it. */
  readonly evicted?: T | undefined
  /** Who finds no room to wait, and is turned away. */
  readonly refused?: T | undefined
}

/** How many of one netgroup, or of one host in it, are here. */
interface Tally {
  readonly key: string
  placed: number
  waiting: number
}

type Where = "placed" | "waiting"

/** Somebody who is here. Those of one origin share its tallies. */
interface Seat<T> {
  readonly guest: T
  readonly group: Tally
  readonly host: Tally
}

/**
 * Who of those that come in has a place, and who waits for one: plain decisions, no I/O.
 *
 * One netgroup may have all the places while nobody else wants one. When they are all taken, a newcomer whose netgroup has
 * at least two fewer than the largest takes the place of that one's youngest. So whoever is alone of his netgroup is never
 * evicted, nor is anybody for a netgroup that has as many. Within a netgroup the same goes for its hosts. Everybody else
 * waits: first goes whose netgroup has the fewest places, then whose host has, then who came first. When too many wait, the
 * newest of those who are most is turned away.
 */
export class Places<T extends Origin> {
  readonly #limit: number
  readonly #room: number
  readonly #tallies = new Map<string, Tally>()
  /** No netgroup has more places; perhaps none has as many. */
  #peak = 0
  /** Both in the order in which they got there. */
  readonly #seats: Readonly<Record<Where, Map<T, Seat<T>>>> = { placed: new Map(), waiting: new Map() }

  /**
   * @param limit How many have a place, at most.
   * @param room How many wait for one, at most.
   */
  constructor(limit: number, room: number) {
    this.#limit = limit
    this.#room = room
  }

  /** Somebody comes. Unless the ruling says that he is admitted or refused, he waits. */
  arrive(guest: T): Ruling<T> {
    const { placed, waiting } = this.#seats
    const seat = this.#seatFor(guest)
    const rival = placed.size < this.#limit ? undefined : this.#rivalOf(seat)
    if (placed.size < this.#limit || rival !== undefined) {
      if (rival !== undefined) this.#move(rival, "placed", undefined)
      this.#move(seat, undefined, "placed")
      return { admitted: guest, evicted: rival?.guest }
    }
    this.#move(seat, undefined, "waiting")
    const surplus = waiting.size > this.#room ? largest(waiting.values(), "waiting") : undefined
    if (surplus !== undefined) this.#move(surplus, "waiting", undefined)
    return { refused: surplus?.guest }
  }

  /** Somebody who was admitted has gone, evicted or not. If that makes a place free, who is admitted has it. */
  leave(guest: T): Ruling<T> {
    const { placed, waiting } = this.#seats
    const left = placed.get(guest)
    if (left === undefined) return {}
    this.#move(left, "placed", undefined)
    const next = smallest(waiting.values(), "placed")
    if (next !== undefined) this.#move(next, "waiting", "placed")
    return { admitted: next?.guest }
  }

  /** Everybody who waits is to go. */
  clear(): T[] {
    const seats = [...this.#seats.waiting.values()]
    for (const seat of seats) this.#move(seat, "waiting", undefined)
    return seats.map(({ guest }) => guest)
  }

  /** Who has to leave for a newcomer, if anybody has. Looks at all places only if that may be of use: most often it is not. */
  #rivalOf({ group, host }: Seat<T>): Seat<T> | undefined {
    const { placed } = this.#seats
    if (this.#peak >= group.placed + 2) {
      const elsewhere = largest(placed.values(), "placed")
      this.#peak = elsewhere?.group.placed ?? 0
      if (this.#peak >= group.placed + 2) return elsewhere
    }
    if (group.placed < host.placed + 2) return undefined
    const near = largest(placed.values(), "placed", group)
    return near !== undefined && near.host.placed >= host.placed + 2 ? near : undefined
  }

  #seatFor(guest: T): Seat<T> {
    const { group, host } = guest
    return { guest, group: this.#tally(group), host: this.#tally(`${group} ${host}`) }
  }

  #tally(key: string): Tally {
    let tally = this.#tallies.get(key)
    if (tally === undefined) this.#tallies.set(key, (tally = { key, placed: 0, waiting: 0 }))
    return tally
  }

  #move(seat: Seat<T>, from: Where | undefined, to: Where | undefined): void {
    for (const tally of [seat.group, seat.host]) {
      if (from !== undefined) tally[from]--
      if (to !== undefined) tally[to]++
      if (tally.placed + tally.waiting === 0) this.#tallies.delete(tally.key)
    }
    this.#peak = Math.max(this.#peak, seat.group.placed)
    if (from !== undefined) this.#seats[from].delete(seat.guest)
    if (to !== undefined) this.#seats[to].set(seat.guest, seat)
  }
}

/** The youngest of the largest host of the largest netgroup, or of one netgroup alone. */
function largest<T>(seats: Iterable<Seat<T>>, where: Where, group?: Tally): Seat<T> | undefined {
  let found: Seat<T> | undefined
  for (const seat of seats) {
    if (group !== undefined && seat.group !== group) continue
    if (found === undefined || compare(seat, found, where) >= 0) found = seat
  }
  return found
}

/** The oldest of the smallest host of the smallest netgroup. */
function smallest<T>(seats: Iterable<Seat<T>>, where: Where): Seat<T> | undefined {
  let found: Seat<T> | undefined
  for (const seat of seats) if (found === undefined || compare(seat, found, where) < 0) found = seat
  return found
}

function compare<T>(one: Seat<T>, other: Seat<T>, where: Where): number {
  return one.group[where] - other.group[where] || one.host[where] - other.host[where]
}
