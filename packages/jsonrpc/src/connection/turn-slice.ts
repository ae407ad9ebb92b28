import type { Clock, Timer } from "@dchat/runtime"

/** How long one connection may keep the others waiting: a slice of time in each turn of the program. */
export class TurnSlice {
  readonly #clock: Pick<Clock, "monotonic" | "setTimer">
  readonly #sliceMs: number
  readonly #onNextTurn: () => void
  #startedAt = 0
  /** Runs in a later turn. */
  #nextTurn: Timer | undefined

  /** @param onNextTurn Called when a slice that was spent is fresh again. */
  constructor(clock: Pick<Clock, "monotonic" | "setTimer">, sliceMs: number, onNextTurn: () => void) {
    this.#clock = clock
    this.#sliceMs = sliceMs
    this.#onNextTurn = onNextTurn
  }

  /** Whether what is left must wait for the next turn. The slice begins when this is first asked in a turn. */
  isSpent(): boolean {
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
