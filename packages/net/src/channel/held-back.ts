import type { Clock, Timer } from "@dchat/runtime"
import { ManualResetEvent } from "@dchat/task"

/** Packets that wait until their time has come. */
export class HeldBack {
  readonly #clock: Clock
  readonly #timers = new Set<Timer>()
  /** Set while nothing is held back. */
  readonly nothing = new ManualResetEvent()
  bytes = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param release Gets the packet after `ms` milliseconds. */
  add(ms: number, packet: Uint8Array, release: () => void): void {
    this.bytes += packet.length
    this.nothing.reset()
    const timer = this.#clock.setTimer(ms, () => {
      this.#timers.delete(timer)
      this.bytes -= packet.length
      release()
      if (this.bytes === 0) this.nothing.set()
    })
    this.#timers.add(timer)
  }

  drop(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
    this.bytes = 0
    this.nothing.set()
  }
}
