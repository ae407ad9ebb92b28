import type { Clock, Timer } from "@dchat/runtime"

/** Calls back when a time is over. Of several times the one that is over first counts. */
export class Patience {
  readonly #clock: Pick<Clock, "monotonic" | "setTimer">
  readonly #onOver: () => void
  #timer: Timer | undefined
  #end = Infinity

  constructor(clock: Pick<Clock, "monotonic" | "setTimer">, onOver: () => void) {
    this.#clock = clock
    this.#onOver = onOver
  }

  /** @param ms Counted from now. */
  within(ms: number): void {
    const end = this.#clock.monotonic() + ms
    if (end >= this.#end) return
    this.#end = end
    this.#timer?.cancel()
    this.#timer = this.#clock.setTimer(ms, this.#onOver)
  }

  cancel(): void {
    this.#timer?.cancel()
  }
}
