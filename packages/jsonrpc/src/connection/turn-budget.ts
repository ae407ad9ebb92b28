import type { Clock, Timer } from "@dchat/runtime"

/** How much may be done in one turn, so that one connection does not keep the others waiting. */
export class TurnBudget {
  readonly #clock: Pick<Clock, "setTimer">
  readonly #size: number
  readonly #onRenewed: () => void
  #spent = 0
  #renewal: Timer | undefined

  constructor(clock: Pick<Clock, "setTimer">, size: number, onRenewed: () => void) {
    this.#clock = clock
    this.#size = size
    this.#onRenewed = onRenewed
  }

  get isSpent(): boolean {
    return this.#spent >= this.#size
  }

  spend(amount: number): void {
    this.#spent += amount
    // A timer tells that the turn is over. A quiet connection hardly ever sets one.
    if (this.#renewal === undefined && this.#spent * 2 >= this.#size) {
      this.#renewal = this.#clock.setTimer(0, () => {
        this.#renewal = undefined
        this.#spent = 0
        this.#onRenewed()
      })
    }
  }

  /** Gives up the timer. */
  stop(): void {
    this.#renewal?.cancel()
  }
}
