import type { Clock, Timer } from "@dchat/runtime"

/** The clock is looked at once for so many messages. */
const MESSAGES_PER_LOOK = 8

/** How long one connection may keep the others waiting: a slice of time in each turn of the program. */
export class TurnSlice {
  readonly #clock: Pick<Clock, "monotonic" | "setTimer">
  readonly #sliceMs: number
  readonly #onNextTurn: () => void
  #messages = 0
  #startedAt = 0
  /** Runs in a later turn. Set only while there is much to do: a quiet connection hardly ever has one. */
  #nextTurn: Timer | undefined

  /** @param onNextTurn Called when a slice that was spent is fresh again. */
  constructor(clock: Pick<Clock, "monotonic" | "setTimer">, sliceMs: number, onNextTurn: () => void) {
    this.#clock = clock
    this.#sliceMs = sliceMs
    this.#onNextTurn = onNextTurn
  }

  /** Counts a message that is about to be handled. True when it must wait for the next turn. */
  isSpent(): boolean {
    this.#messages++
    if (this.#messages % MESSAGES_PER_LOOK !== 0) return false
    const now = this.#clock.monotonic()
    if (this.#nextTurn !== undefined) return now - this.#startedAt >= this.#sliceMs
    this.#startedAt = now
    this.#nextTurn = this.#clock.setTimer(0, () => {
      this.#nextTurn = undefined
      this.#onNextTurn()
    })
    return false
  }

  stop(): void {
    this.#nextTurn?.cancel()
  }
}
