import type { Clock, Timer } from "@dchat/runtime"

/** Sweeps are at least this far apart, in milliseconds: how late a timeout can be when many are close together. */
const COARSENESS_MS = 10

/**
 * One timer for the deadlines of all calls of a connection. A timer for each call would cost more than the rest of the
 * call; nearly all of them would be cancelled.
 */
export class Deadlines {
  readonly #clock: Pick<Clock, "monotonic" | "setTimer">
  readonly #sweep: (now: number) => number
  #timer: Timer | undefined
  #wakesAt = Infinity

  /** @param sweep Ends what is due at the moment that it is given, and says when it has to run again: `Infinity` for never. */
  constructor(clock: Pick<Clock, "monotonic" | "setTimer">, sweep: (now: number) => number) {
    this.#clock = clock
    this.#sweep = sweep
  }

  /** Makes sure that a sweep runs at the moment `deadline`. */
  watch(deadline: number, now: number): void {
    if (deadline >= this.#wakesAt) return
    this.#timer?.cancel()
    this.#wakesAt = deadline
    this.#timer = this.#clock.setTimer(deadline - now, () => this.#wake())
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#wakesAt = Infinity
  }

  #wake(): void {
    this.#wakesAt = Infinity
    const now = this.#clock.monotonic()
    this.watch(Math.max(this.#sweep(now), now + COARSENESS_MS), now)
  }
}
