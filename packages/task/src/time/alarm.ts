import { MAX_TIMER_MS, type Clock, type Timer } from "@dchat/runtime"

/** The part of a clock that waiting takes. */
export type AlarmClock = Pick<Clock, "monotonic" | "setTimer">

/**
 * A timer that may be longer than the clock's longest, `Infinity` included.
 *
 * @throws {RangeError} `ms` is not a number.
 */
export function setAlarm(clock: AlarmClock, ms: number, callback: () => void): Timer {
  if (Number.isNaN(ms)) throw new RangeError("a time to wait must be a number of milliseconds, not NaN")
  if (ms <= MAX_TIMER_MS) return clock.setTimer(ms, callback)

  const ringsAt = clock.monotonic() + ms
  let timer: Timer
  const wait = (): void => {
    const left = ringsAt - clock.monotonic()
    timer = left <= MAX_TIMER_MS ? clock.setTimer(left, callback) : clock.setTimer(MAX_TIMER_MS, wait)
  }
  wait()
  return { cancel: () => timer.cancel() }
}
