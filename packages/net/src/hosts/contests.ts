import type { HostLists } from "./lists.ts"

/** So many hosts wait for a place at a time. Others may come again when they answer the next probe. */
const MOST = 16

interface Contest {
  readonly colour: "white" | "gold"
  /** Who is being tested; undefined until somebody is. */
  incumbent: string | undefined
}

/**
 * Proven hosts for which there is no room among the proven. One that is there already gives up its place only if it no
 * longer answers: test before evict. So an attacker with many addresses that answer cannot push out honest ones.
 */
export class Contests {
  readonly #lists: HostLists
  readonly #waiting = new Map<string, Contest>()

  constructor(lists: HostLists) {
    this.#lists = lists
  }

  /** A host has shown that it is there, and found no room. */
  add(colour: "white" | "gold", url: string): void {
    if (this.#waiting.size < MOST) this.#waiting.set(url, { colour, incumbent: undefined })
  }

  /** The next proven host to test, of those that `accept` takes; others are busy, and so they are there. */
  next(accept: (url: string) => boolean): string | undefined {
    this.fill()
    for (const [url, contest] of this.#waiting) {
      contest.incumbent = this.#lists.incumbent(contest.colour, url)
      if (contest.incumbent !== undefined && accept(contest.incumbent)) return contest.incumbent
      this.#waiting.delete(url)
    }
    return undefined
  }

  /** A host answered: nobody waits for its place any more, and it does not wait for one. */
  settle(answered: string): void {
    for (const [url, { incumbent }] of this.#waiting) {
      if (url === answered || incumbent === answered) this.#waiting.delete(url)
    }
  }

  /** A place may have become free: whoever waits for it takes it. */
  fill(): void {
    for (const [url, { colour }] of this.#waiting) {
      const lastSeen = this.#lists.lastSeen(url)
      const isFree = lastSeen !== undefined && this.#lists.incumbent(colour, url) === undefined
      if (isFree) this.#lists.move(colour, [{ url, lastSeen }])
      if (isFree || lastSeen === undefined) this.#waiting.delete(url)
    }
  }
}
