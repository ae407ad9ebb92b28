import { MAX_TIMER_MS, type Clock, type Timer } from "../clock.ts"
import { ScheduledEvent, type Scheduler } from "./scheduler.ts"
import type { Site } from "./site.ts"

/** How a host's wall clock differs from the true time. */
export interface WallClock {
  /** What it shows when the world begins. */
  readonly start: number
  /** How much it is fast, in parts per million; below 0 it is slow. */
  readonly driftPpm: number
}

/** One host's view of virtual time. */
export class VirtualClock implements Clock {
  readonly #scheduler: Scheduler
  readonly #site: Site
  readonly #label: string
  readonly #rate: number
  #wallOffset: number

  constructor(scheduler: Scheduler, site: Site, { start, driftPpm }: WallClock) {
    this.#scheduler = scheduler
    this.#site = site
    this.#label = `${site.name} timer`
    this.#wallOffset = start
    this.#rate = 1 + driftPpm / 1e6
  }

  now(): number {
    return Math.floor(this.#scheduler.now * this.#rate + this.#wallOffset)
  }

  monotonic(): number {
    return this.#scheduler.now
  }

  setTimer(ms: number, callback: () => void): Timer {
    const delay = Math.min(Math.max(ms, 0), MAX_TIMER_MS)
    return new VirtualTimer(this.#scheduler, this.#site, this.#label, delay, callback)
  }

  defer(callback: () => void): void {
    if (!this.#site.isDown) this.#scheduler.defer(callback)
  }

  /** Somebody sets this host's wall clock forward, or back when `ms` is below 0. Timers do not notice. */
  stepWallTime(ms: number): void {
    this.#wallOffset += ms
  }

  /** How far the wall clock is ahead of virtual time, for the one that the host has after a crash. */
  get wallOffset(): number {
    return this.#wallOffset
  }
}

class VirtualTimer extends ScheduledEvent implements Timer {
  readonly #scheduler: Scheduler

  constructor(scheduler: Scheduler, site: Site, label: string, ms: number, callback: () => void) {
    super(label, callback, site)
    this.#scheduler = scheduler
    if (!site.isDown) scheduler.schedule(this, scheduler.now + ms)
  }

  cancel(): void {
    this.#scheduler.cancel(this)
  }
}
