import { MAX_TIMER_MS, type Clock, type Timer } from "../clock.ts"

/** The clock of this computer. Timers keep the process alive until they run or are cancelled. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(ms: number, callback: () => void): Timer {
    const handle = setTimeout(callback, Math.min(Math.max(ms, 0), MAX_TIMER_MS))
    return { cancel: () => clearTimeout(handle) }
  },
  defer: (callback) => process.nextTick(callback),
}
