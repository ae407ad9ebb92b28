/** A timer that has been set. */
export interface Timer {
  /** Makes sure that the callback does not run. Safe to call at any time, any number of times. */
  cancel(): void
}

/** What of a {@link Clock} calls back. Durations are in milliseconds. */
export interface Timers {
  /**
   * Calls `callback` once, `ms` milliseconds from now.
   *
   * @param ms Below 0 counts as 0; the longest is {@link MAX_TIMER_MS}, more is taken as that.
   */
  setTimer(ms: number, callback: () => void): Timer
  /**
   * Calls `callback` at the end of this turn: after the code that runs now has ended, before the program waits for the
   * world again. This is when buffers are flushed.
   */
  defer(callback: () => void): void
}

/**
 * Time. All durations and moments are in milliseconds.
 *
 * Two kinds of time are kept apart: `now` can step when somebody sets the computer's clock and is for stamps that
 * people or peers read; `monotonic` never goes back and is for measuring.
 */
export interface Clock extends Timers {
  /** Wall time: milliseconds since 1970-01-01T00:00:00Z, whole. */
  now(): number
  /** Milliseconds since a fixed moment that only this clock knows, with fractions. Never goes back. */
  monotonic(): number
}

/** The longest timer, in milliseconds: 2^31 - 1, about 24.8 days. */
export const MAX_TIMER_MS = 2_147_483_647
