/** Turns between two visits to the real event loop, so that signals, real timers and unhandled rejections are seen. */
const TURNS_PER_VISIT = 2_048

/**
 * Makes a function that calls back when every promise job that is waiting, and every one that follows from those, has
 * run. It is the only place of the virtual world that touches the real event loop.
 *
 * On Node a tick that is asked for by a promise job runs when the queue of jobs is empty: a tenth of the cost of a turn
 * of the event loop. Pages have no ticks; there it is a message to oneself.
 */
export function makeDrain(): (callback: () => void) => void {
  if (typeof process === "undefined" || typeof process.nextTick !== "function") return drainByMessage()
  let turns = 0
  return (callback) => {
    if (++turns % TURNS_PER_VISIT === 0) setImmediate(callback)
    else queueMicrotask(() => process.nextTick(callback))
  }
}

function drainByMessage(): (callback: () => void) => void {
  const { port1, port2 } = new MessageChannel()
  const waiting: (() => void)[] = []
  port1.addEventListener("message", () => waiting.shift()?.())
  port1.start()
  return (callback) => {
    waiting.push(callback)
    port2.postMessage(undefined)
  }
}
