import type { Clock, Timer } from "@dchat/runtime"

/** Sweeps are at least this far apart, in milliseconds: how late a timeout can be when many are close together. */
const COARSENESS_MS = 10

/**
 * No sweep is later than this, in milliseconds, and none follows when no call waits. So the timer is gone soon after the last
 * answer, and does not keep a program from its end; to cancel it then would cost each call that travels alone a timer.
 */
const LONGEST_SLEEP_MS = 1000

/**
 * One timer for the deadlines of all calls of a connection. A timer for each call would cost more than the rest of the
 * call; nearly all of them would be cancelled.
 */
export class Deadlines {
  readonly #clock: Pick<Clock, "monotonic" | "setTimer">
  readonly #sweep: (now: number) => number
  #timer: Timer | undefined
  #wakesAt = Infinity
  #now = 0
  #nowIsOfFlush = -1

  /** @param sweep Ends what is due at the moment that it is given, and says when it has to run again: `Infinity` for never. */
  constructor(clock: Pick<Clock, "monotonic" | "setTimer">, sweep: (now: number) => number) {
    this.#clock = clock
    this.#sweep = sweep
  }

  /**
   * Makes sure that a sweep runs in so many milliseconds; gives the moment. The time is looked up once for all the calls
   * that leave with one flush.
   */
  watch(ms: number, flush: number): number {
    if (this.#nowIsOfFlush !== flush) {
      this.#nowIsOfFlush = flush
      this.#now = this.#clock.monotonic()
    }
    const deadline = this.#now + ms
    this.#wakeAt(deadline, this.#now)
    return deadline
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#wakesAt = Infinity
  }

  #wakeAt(deadline: number, now: number): void {
    if (deadline >= this.#wakesAt) return
    this.#timer?.cancel()
    this.#wakesAt = Math.min(deadline, now + LONGEST_SLEEP_MS)
    this.#timer = this.#clock.setTimer(this.#wakesAt - now, () => {
      this.#wakesAt = Infinity
      const then = this.#clock.monotonic()
      this.#wakeAt(Math.max(this.#sweep(then), then + COARSENESS_MS), then)
    })
  }
}
