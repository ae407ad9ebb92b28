import { MAX_TIMER_MS, type Clock, type Timer, type Timers } from "../clock.ts"

// A page takes a time below 0 as 0 by itself.
function setTimer(ms: number, callback: () => void): Timer {
  const handle = setTimeout(callback, Math.min(ms, MAX_TIMER_MS))
  return { cancel: () => clearTimeout(handle) }
}

const defer: Clock["defer"] = (callback) => queueMicrotask(callback)

/** The timers of a page or a worker: who never asks for the time does not load more. */
export const browserTimers: Timers = { setTimer, defer }

/** The clock of a page or a worker. */
export const browserClock: Clock = { now: () => Date.now(), monotonic: () => performance.now(), setTimer, defer }
