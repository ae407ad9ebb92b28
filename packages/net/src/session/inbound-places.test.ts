import * as fc from "fast-check"
import { expect, test } from "vitest"
import { Places, type Origin, type Ruling } from "./inbound-places.ts"

interface Guest extends Origin {
  readonly id: number
}

let made = 0
const from = (group: string, host = "1"): Guest => ({ id: made++, group, host })

/** Places, and who by their rulings has one and who waits, each in the order in which they got there. */
class Book {
  placed: readonly Guest[] = []
  waiting: readonly Guest[] = []
  readonly #places: Places<Guest>

  constructor(limit: number, room: number) {
    this.#places = new Places(limit, room)
  }

  arrive(who: Guest): Ruling<Guest> {
    this.waiting = [...this.waiting, who]
    return this.#apply(this.#places.arrive(who))
  }

  leave(who: Guest): Ruling<Guest> {
    this.#remove(who)
    return this.#apply(this.#places.leave(who))
  }

  clear(): readonly Guest[] {
    this.waiting = []
    return this.#places.clear()
  }

  #apply(ruling: Ruling<Guest>): Ruling<Guest> {
    const { admitted, evicted, refused } = ruling
    if (evicted !== undefined) {
      expect(this.placed).toContain(evicted)
      this.#remove(evicted)
    }
    if (refused !== undefined) {
      expect(this.waiting).toContain(refused)
      this.#remove(refused)
    }
    if (admitted !== undefined) {
      expect(this.waiting).toContain(admitted)
      this.#remove(admitted)
      this.placed = [...this.placed, admitted]
    }
    return ruling
  }

  #remove(who: Guest): void {
    this.placed = this.placed.filter((each) => each !== who)
    this.waiting = this.waiting.filter((each) => each !== who)
  }
}

const inGroup = (guests: readonly Guest[], { group }: Origin): number =>
  guests.filter((each) => each.group === group).length
const onHost = (guests: readonly Guest[], { group, host }: Origin): number => inGroup(guests.filter((each) => each.host === host), { group, host }) // prettier-ignore
const largest = (guests: readonly Guest[]): number => Math.max(0, ...guests.map((each) => inGroup(guests, each)))

/** Somebody comes from there, or the one in the place of that number leaves. */
type Step = Origin | number

// Most come from one host, as in an attack.
const origin = fc.record({
  group: fc.constantFrom("a", "a", "a", "a", "b", "c", "d", "e"),
  host: fc.constantFrom("1", "1", "1", "2", "3"),
})
const steps = fc.array(fc.oneof({ weight: 3, arbitrary: origin }, { weight: 1, arbitrary: fc.nat({ max: 99 }) }), {
  minLength: 20,
  maxLength: 60,
})
const limit = fc.integer({ min: 1, max: 9 })
const room = fc.integer({ min: 0, max: 6 })

/** Plays the steps; those of `staying` do not leave. Calls back after each arrival, with who was placed before, and after each step. */
function play(
  book: Book,
  script: readonly Step[],
  onArrival: (who: Guest, before: readonly Guest[], ruling: Ruling<Guest>) => void,
  onStep: () => void = () => {},
  staying: readonly Guest[] = [],
): void {
  for (const each of script) {
    if (typeof each === "number") {
      const others = book.placed.filter((one) => !staying.includes(one))
      const who = others[each % Math.max(1, others.length)]
      if (who !== undefined) book.leave(who)
    } else {
      const who = from(each.group, each.host)
      const before = book.placed
      onArrival(who, before, book.arrive(who))
    }
    onStep()
  }
}

test("there are never more places than allowed, never more wait than there is room for, and nobody waits beside a free place", () => {
  fc.assert(
    fc.property(limit, room, steps, (most, waiters, script) => {
      const book = new Book(most, waiters)
      play(
        book,
        script,
        () => {},
        () => {
          const { placed, waiting } = book
          const isFull = placed.length === most
          expect((isFull || (placed.length < most && waiting.length === 0)) && waiting.length <= waiters).toBe(true)
        },
      )
      expect(book.clear().length).toBeLessThanOrEqual(waiters)
    }),
  )
})

test("who comes from a netgroup with two fewer than the largest is in at once, and nobody waits of whom that can be said", () => {
  let entries = 0
  fc.assert(
    fc.property(limit, room, steps, (most, waiters, script) => {
      const book = new Book(most, waiters)
      play(
        book,
        script,
        (who, before, { admitted }) => {
          if (before.length === most && inGroup(before, who) + 2 > largest(before)) return
          expect(admitted).toBe(who)
          if (before.length === most) entries++
        },
        () => {
          for (const who of book.waiting) expect(inGroup(book.placed, who) + 2).toBeGreaterThan(largest(book.placed))
        },
      )
    }),
  )
  expect(entries).toBeGreaterThan(100)
})

test("nobody leaves for a netgroup with as many or one fewer, nor for a host of his own netgroup with as many or one fewer", () => {
  let evictions = 0
  fc.assert(
    fc.property(limit, room, steps, (most, waiters, script) => {
      play(new Book(most, waiters), script, (who, before, { evicted }) => {
        if (evicted === undefined) return
        evictions++
        expect(before.length).toBe(most)
        if (evicted.group === who.group) {
          expect(onHost(before, evicted)).toBeGreaterThanOrEqual(onHost(before, who) + 2)
        } else {
          expect(inGroup(before, evicted)).toBe(largest(before))
          expect(inGroup(before, evicted)).toBeGreaterThanOrEqual(inGroup(before, who) + 2)
        }
      })
    }),
  )
  expect(evictions).toBeGreaterThan(100)
})

test("who is alone of his netgroup keeps his place, whoever comes, from wherever and however often", () => {
  fc.assert(
    fc.property(limit, room, steps, (most, waiters, script) => {
      const book = new Book(most, waiters)
      const honest = from("honest")
      book.arrive(honest)
      const still = (): void => expect(book.placed).toContain(honest)
      play(book, script, still, still, [honest])
    }),
  )
})

test("an attacker has at most one place for each of his netgroups where others fill theirs, and they lose no more than these", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), steps, (groups, script) => {
      const book = new Book(8, 16)
      // Four netgroups with two peers each, which come back as soon as they have to leave.
      let honest = ["p", "q", "r", "s"].flatMap((group) => [from(group, "1"), from(group, "2")])
      for (const who of honest) book.arrive(who)
      const attack = script.filter((each) => typeof each === "number" || each.group.charCodeAt(0) - 97 < groups)
      const comeBack = (): void => {
        const lost = honest.filter((who) => !book.placed.includes(who) && !book.waiting.includes(who))
        const back = lost.map(({ group, host }) => from(group, host))
        honest = [...honest.filter((who) => !lost.includes(who)), ...back]
        for (const who of back) book.arrive(who)
      }
      for (const each of attack) {
        play(book, [each], comeBack, comeBack, honest)
        const hostile = book.placed.filter((who) => !honest.includes(who))
        expect(hostile.length).toBeLessThanOrEqual(Math.min(groups, 4))
        for (const group of ["p", "q", "r", "s"]) expect(inGroup(book.placed, { group, host: "" })).toBeGreaterThan(0)
      }
    }),
  )
})

test("one netgroup, and one host, has all places while nobody else wants one: first come, first served", () => {
  const book = new Book(3, 2)
  const guests = Array.from({ length: 6 }, () => from("nat"))
  const [a, b, c, d, e, f] = guests as [Guest, Guest, Guest, Guest, Guest, Guest]
  expect(guests.map((who) => book.arrive(who))).toEqual([
    { admitted: a },
    { admitted: b },
    { admitted: c },
    {},
    {},
    { refused: f },
  ])
  expect([book.leave(b), book.leave(a), book.leave(c)]).toEqual([{ admitted: d }, { admitted: e }, {}])
})

test("the youngest of the largest host of the largest netgroup leaves", () => {
  const book = new Book(6, 2)
  const [a1, a2, a3, b1, b2, c1] = [from("a", "1"), from("a", "2"), from("a", "1"), from("b"), from("b"), from("c")]
  for (const who of [b1, a1, a3, a2, b2, c1]) book.arrive(who)
  const [d1, d2] = [from("d"), from("d")]
  expect(book.arrive(d1)).toEqual({ admitted: d1, evicted: a3 })
  expect(book.arrive(d2)).toEqual({})
  const e1 = from("e")
  expect(book.arrive(e1)).toEqual({ admitted: e1, evicted: b2 })
})

test("a free place goes to the netgroup with the fewest, in it to the host with the fewest, then to who came first", () => {
  const book = new Book(4, 9)
  const [a1, a2, b1, b2] = [from("a"), from("a"), from("b", "1"), from("b", "2")]
  for (const who of [a1, a2, b1, b2]) book.arrive(who)
  const [a3, b3, a4, b4] = [from("a"), from("b", "2"), from("a"), from("b", "1")]
  for (const who of [a3, b3, a4, b4]) expect(book.arrive(who)).toEqual({})
  expect(book.leave(b1)).toEqual({ admitted: b4 })
  expect(book.leave(b2)).toEqual({ admitted: b3 })
  expect(book.leave(a1)).toEqual({ admitted: a3 })
  expect(book.leave(a2)).toEqual({ admitted: a4 })
  expect(book.leave(b3)).toEqual({ admitted: undefined })
})

test("a full room turns away the newest of those who are most", () => {
  const book = new Book(1, 3)
  const [a1, a2, b1, a3, c1] = [from("a", "1"), from("a", "2"), from("b"), from("a", "2"), from("c")]
  for (const who of [from("x"), a1, a2, b1]) book.arrive(who)
  expect(book.arrive(a3)).toEqual({ refused: a3 })
  expect(book.arrive(c1)).toEqual({ refused: a2 })
  const d1 = from("d")
  expect(book.arrive(d1)).toEqual({ refused: d1 })
  expect(book.clear()).toEqual([a1, b1, c1])
})
