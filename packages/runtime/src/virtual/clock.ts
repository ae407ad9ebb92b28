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

/** What all timers of a clock have in common. */
interface Mains {
  readonly scheduler: Scheduler
  readonly site: Site
  /** What the trace calls them. */
  readonly label: string
}

/** One host's view of virtual time. */
export class VirtualClock implements Clock {
  readonly #mains: Mains
  readonly #rate: number
  #wallOffset: number

  constructor(scheduler: Scheduler, site: Site, { start, driftPpm }: WallClock) {
    this.#mains = { scheduler, site, label: `${site.name} timer` }
    this.#wallOffset = start
    this.#rate = 1 + driftPpm / 1e6
  }

  now(): number {
    return Math.floor(this.#mains.scheduler.now * this.#rate + this.#wallOffset)
  }

  monotonic(): number {
    return this.#mains.scheduler.now
  }

  setTimer(ms: number, callback: () => void): Timer {
    return new VirtualTimer(this.#mains, Math.min(Math.max(ms, 0), MAX_TIMER_MS), callback)
  }

  defer(callback: () => void): void {
    const { site, scheduler } = this.#mains
    if (!site.isDown) scheduler.defer(callback)
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

/** There are many: each has one reference beside what it calls. */
class VirtualTimer extends ScheduledEvent implements Timer {
  readonly #mains: Mains
  #callback: () => void

  constructor(mains: Mains, ms: number, callback: () => void) {
    super()
    this.#mains = mains
    this.#callback = callback
    if (!mains.site.isDown) mains.scheduler.schedule(this, mains.scheduler.now + ms)
  }

  get label(): string {
    return this.#mains.label
  }

  get owner(): Site {
    return this.#mains.site
  }

  run(): void {
    this.#callback()
  }

  cancel(): void {
    this.#mains.scheduler.cancel(this)
    // It stays among the events for a while, and what it would have called must not.
    this.#callback = nothing
  }
}

function nothing(): void {}
