import type { Clock } from "@dchat/runtime"

/** What has been said is said again after this, in milliseconds. */
const SAY_AGAIN_MS = 600_000

interface Said {
  readonly what: string
  /** On the monotonic clock. */
  readonly at: number
}

/** How many lines are said in that time of one whom we have chosen. */
const MOST_OF_ONE = 8

/** How many are said of strangers, and how many of one of them. */
const MOST_OF_STRANGERS = 16
const MOST_OF_ONE_STRANGER = 3

interface SaidOfStranger extends Said {
  readonly who: string
}

/** Keeps a log from filling with the same line: what fails every few seconds is told once, and every ten minutes. */
export class Repeats {
  readonly #clock: Clock
  readonly #said = new Map<string, readonly Said[]>()
  /** The oldest first. */
  #strangers: readonly SaidOfStranger[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Whether this is worth a line: nothing, or something else, was said of it, or that was long ago. Of what is something else
   * each time no more than eight lines are worth it in ten minutes.
   */
  isNews(about: string, what: string): boolean {
    const now = this.#clock.monotonic()
    const said = (this.#said.get(about) ?? []).filter(({ at }) => now - at < SAY_AGAIN_MS)
    if (said.at(-1)?.what === what || said.length >= MOST_OF_ONE) return false
    this.#said.set(about, [...said, { what, at: now }])
    return true
  }

  /**
   * As {@link isNews}, of somebody whom we have not chosen, and who may be many: of all of them together 16 lines are worth
   * it in ten minutes, three of each.
   */
  isNewsOfStranger(who: string, what: string): boolean {
    const now = this.#clock.monotonic()
    this.#strangers = this.#strangers.filter(({ at }) => now - at < SAY_AGAIN_MS)
    if (this.#strangers.length >= MOST_OF_STRANGERS) return false
    const ofThis = this.#strangers.filter((said) => said.who === who)
    if (ofThis.length >= MOST_OF_ONE_STRANGER || ofThis.some((said) => said.what === what)) return false
    this.#strangers = [...this.#strangers, { who, what, at: now }]
    return true
  }

  /** All is well again: the next time it is news. */
  forget(about: string): void {
    this.#said.delete(about)
  }
}
