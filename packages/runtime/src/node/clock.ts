import { MAX_TIMER_MS, type Clock, type Timer } from "../clock.ts"

/** The clock of this computer. Timers keep the process alive until they run or are cancelled. */
export const nodeClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(ms: number, callback: () => void): Timer {
    // Node makes at least a millisecond of any timeout. An immediate is the next turn, and sets no timer of the system.
    if (ms <= 0) {
      const immediate = setImmediate(callback)
      return { cancel: () => clearImmediate(immediate) }
    }
    const handle = setTimeout(callback, Math.min(ms, MAX_TIMER_MS))
    return { cancel: () => clearTimeout(handle) }
  },
  defer: (callback) => process.nextTick(callback),
}
