/** Turns between two visits to the real event loop, so that signals, real timers and unhandled rejections are seen. */
const TURNS_PER_VISIT = 2_048

/**
 * Makes a function that calls back, one callback at a time, when every promise job that waits, and every one that follows from those, has run. It is the only place of the virtual world that touches the real event loop.
 *
 * On Node a tick that is asked for by a promise job runs when the queue of jobs is empty: a tenth of the cost of a turn
 * of the event loop. Pages have no ticks; there it is a message to oneself.
 */
export function makeDrain(): (callback: () => void) => void {
  if (typeof process === "undefined" || typeof process.nextTick !== "function") return drainByMessage()
  // A job of a settled promise costs a third of queueMicrotask, which keeps books for async hooks.
  const settled = Promise.resolve()
  let turns = 0
  let next = (): void => {}
  const tick = (): void => process.nextTick(next)
  return (callback) => {
    next = callback
    if (++turns % TURNS_PER_VISIT === 0) setImmediate(callback)
    else void settled.then(tick)
  }
}

export function drainByMessage(): (callback: () => void) => void {
  const { port1, port2 } = new MessageChannel()
  return (callback) => {
    port1.onmessage = () => {
      // A port that is listened to keeps a process alive.
      port1.onmessage = null
      callback()
    }
    port2.postMessage(undefined)
  }
}
