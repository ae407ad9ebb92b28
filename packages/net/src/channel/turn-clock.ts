import type { Clock } from "@dchat/runtime"

/** The monotonic time, read once in a turn: asking for it costs more than half of what else a message takes to be counted. */
export class TurnClock {
  readonly #clock: Pick<Clock, "monotonic" | "defer">
  #now: number | undefined

  constructor(clock: Pick<Clock, "monotonic" | "defer">) {
    this.#clock = clock
  }

  /** Milliseconds, as when it was first asked for in this turn. */
  monotonic(): number {
    if (this.#now !== undefined) return this.#now
    this.#clock.defer(this.#forget)
    return (this.#now = this.#clock.monotonic())
  }

  readonly #forget = (): void => {
    this.#now = undefined
  }
}
