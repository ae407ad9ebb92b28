import { MAX_TIMER_MS, type Clock, type Timer } from "../clock.ts"
import { ScheduledEvent, type Scheduler } from "./scheduler.ts"

/** One host's view of virtual time. */
export class VirtualClock implements Clock {
  readonly #scheduler: Scheduler
  readonly #label: string
  #wallOffset: number

  /** @param wallOffset What this host's wall clock shows when the world begins. */
  constructor(scheduler: Scheduler, host: string, wallOffset: number) {
    this.#scheduler = scheduler
    this.#label = `${host} timer`
    this.#wallOffset = wallOffset
  }

  now(): number {
    return Math.floor(this.#scheduler.now + this.#wallOffset)
  }

  monotonic(): number {
    return this.#scheduler.now
  }

  setTimer(ms: number, callback: () => void): Timer {
    return new VirtualTimer(this.#scheduler, this.#label, Math.min(Math.max(ms, 0), MAX_TIMER_MS), callback)
  }

  defer(callback: () => void): void {
    this.#scheduler.defer(callback)
  }

  /** Somebody sets this host's wall clock forward, or back when `ms` is below 0. Timers do not notice. */
  stepWallTime(ms: number): void {
    this.#wallOffset += ms
  }
}

class VirtualTimer extends ScheduledEvent implements Timer {
  readonly #scheduler: Scheduler

  constructor(scheduler: Scheduler, label: string, ms: number, callback: () => void) {
    super(label, callback)
    this.#scheduler = scheduler
    scheduler.schedule(this, scheduler.now + ms)
  }

  cancel(): void {
    this.#scheduler.cancel(this)
  }
}
