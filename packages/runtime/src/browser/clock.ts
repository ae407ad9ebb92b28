import { MAX_TIMER_MS, type Clock, type Timer } from "../clock.ts"

/** The clock of a page or a worker. */
export const browserClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(ms: number, callback: () => void): Timer {
    const handle = setTimeout(callback, Math.min(Math.max(ms, 0), MAX_TIMER_MS))
    return { cancel: () => clearTimeout(handle) }
  },
  defer: (callback) => queueMicrotask(callback),
}
