import type { Clock } from "@dchat/runtime"

/** A peer may tell us of so many addresses unasked at once: its own, of all its transports. */
const FIRST = 16
/** And of one more each time that so many milliseconds have passed. */
const ONE_EVERY_MS = 10_000
/** However much we ask for, no more than this is open at a time. */
const MOST = 1020

/** How many addresses we have asked all peers for since the start. */
export interface Questions {
  readonly asked: number
}

/**
 * How many addresses a peer may tell us of at this moment: what we have asked it for, and a trickle. Honest peers answer
 * questions, and say their own addresses once; who sends more wants to fill our lists.
 */
export class AddressAllowance {
  readonly #clock: Pick<Clock, "monotonic">
  readonly #questions: Questions
  #open = FIRST
  #since: number
  #asked: number

  /** @param questions What peers are asked for by broadcast. */
  constructor(clock: Pick<Clock, "monotonic">, questions: Questions) {
    this.#clock = clock
    this.#questions = questions
    this.#since = clock.monotonic()
    this.#asked = questions.asked
  }

  /** The peer alone is asked for addresses: `max` of those wanted, and as many others (darkfi-net 5.4). */
  ask(max: number): void {
    this.#open = Math.min(MOST, this.#open + 2 * max)
  }

  /** How many of `count` addresses may be taken. They count as taken. */
  take(count: number): number {
    this.#refill()
    const taken = Math.min(count, Math.floor(this.#open))
    this.#open -= taken
    return taken
  }

  #refill(): void {
    const now = this.#clock.monotonic()
    const trickle = (now - this.#since) / ONE_EVERY_MS
    if (this.#open < FIRST) this.#open = Math.min(FIRST, this.#open + trickle)
    this.#since = now
    this.ask(this.#questions.asked - this.#asked)
    this.#asked = this.#questions.asked
  }
}
