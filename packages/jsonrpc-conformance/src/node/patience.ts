import type { Clock, Timer } from "@dchat/runtime"

/** A clock whose time passes as it does, until somebody says that an hour is over. */
export class Patience implements Clock {
  readonly #clock: Clock
  readonly #waiting = new Set<() => void>()
  #skippedMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Lets an hour pass: every timer is due. */
  runOut(): void {
    this.#skippedMs += 3_600_000
    for (const ring of [...this.#waiting]) ring()
  }

  now(): number {
    return this.#clock.now() + this.#skippedMs
  }

  monotonic(): number {
    return this.#clock.monotonic() + this.#skippedMs
  }

  setTimer(ms: number, callback: () => void): Timer {
    const ring = (): void => {
      cancel()
      callback()
    }
    const timer = this.#clock.setTimer(ms, ring)
    const cancel = (): void => {
      timer.cancel()
      this.#waiting.delete(ring)
    }
    this.#waiting.add(ring)
    return { ...timer, cancel }
  }

  defer(callback: () => void): void {
    this.#clock.defer(callback)
  }
}
