import type { Clock } from "@dchat/runtime"
import { CallingHalf } from "./calling-half.ts"
import type { OutgoingCall } from "./call.ts"
import { Deadlines } from "./deadlines.ts"

/** The layer of a connection that keeps the time of its calls: of many thousand, with one timer. */
export abstract class TimedCalls extends CallingHalf {
  declare protected readonly clock: Clock
  #deadlines: Deadlines | undefined

  protected override keepTime(call: OutgoingCall, ms: number): void {
    this.#deadlines ??= new Deadlines(this.clock, (now) => this.#sweep(now))
    call.deadline = this.#deadlines.watch(ms, this.flushes)
  }

  protected override failAll(): void {
    this.#deadlines?.stop()
    super.failAll()
  }

  /** Ends the calls whose time is over; gives the next deadline. */
  #sweep(now: number): number {
    let next = Infinity
    for (const call of this.engine.pending.values()) {
      if (call.deadline > now) next = Math.min(next, call.deadline)
      else this.timeOut(call)
    }
    return next
  }
}
