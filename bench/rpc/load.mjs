/** Loads on a client, by name. Each runs for `ms` milliseconds and gives how many calls were answered, or latencies. */

const BIG = "x".repeat(1024 * 1024)
const NOTIFICATIONS_PER_CALL = 1000

const check = (got, expected) => {
  if (got !== expected) throw new Error(`wrong answer: ${JSON.stringify(got)}`)
}

async function perSecond(ms, run) {
  const start = performance.now()
  const count = await run(() => performance.now() - start < ms)
  const seconds = (performance.now() - start) / 1000
  return { perSecond: count / seconds, seconds }
}

/** So many callers at once, each of which waits for its answer. */
function callers(clients, each) {
  return (goesOn) => {
    let count = 0
    const one = async (client) => {
      do {
        check(await client.add(1, 2), 3)
        count++
      } while (goesOn())
    }
    const all = clients.flatMap((client) => Array.from({ length: each }, () => one(client)))
    return Promise.all(all).then(() => count)
  }
}

async function latencies(ms, client, pauseMs = 0) {
  const times = []
  for (const start = performance.now(); performance.now() - start < ms;) {
    const begin = performance.now()
    check(await client.add(1, 2), 3)
    times.push((performance.now() - begin) * 1000)
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  const sorted = Float64Array.from(times).sort()
  return { p50: sorted[Math.floor(sorted.length * 0.5)], p99: sorted[Math.floor(sorted.length * 0.99)] }
}

const repeat = (once) => async (goesOn) => {
  let count = 0
  do count += await once()
  while (goesOn())
  return count
}

/** `connections`: how many clients a load needs. */
export const loads = {
  seq: { connections: 1, run: (ms, [client]) => latencies(ms, client) },
  pipe64: { connections: 1, run: (ms, clients) => perSecond(ms, callers(clients, 64)) },
  pipe1024: { connections: 1, run: (ms, clients) => perSecond(ms, callers(clients, 1024)) },
  conns64: { connections: 64, run: (ms, clients) => perSecond(ms, callers(clients, 1)) },
  batch100: {
    connections: 1,
    needs: "batch",
    run: (ms, [client]) =>
      perSecond(
        ms,
        repeat(async () => {
          const results = await client.batch(100)
          check(results.at(-1), 100)
          return results.length
        }),
      ),
  },
  /** A call after every thousand of them tells that they have arrived. */
  notify: {
    connections: 1,
    needs: "notify",
    run: (ms, [client]) =>
      perSecond(
        ms,
        repeat(async () => {
          for (let i = 0; i < NOTIFICATIONS_PER_CALL; i++) client.notify(1, 2)
          check(await client.add(1, 2), 3)
          return NOTIFICATIONS_PER_CALL
        }),
      ),
  },
  /** One MiB there and back. */
  big: {
    connections: 1,
    run: (ms, [client]) =>
      perSecond(
        ms,
        repeat(async () => {
          check((await client.echo(BIG)).length, BIG.length)
          return 1
        }),
      ),
  },
}

/** A caller who is not in a hurry, in a process of its own, beside another that pipelines without end. */
export const quiet = (ms, client) => latencies(ms, client, 2)

/** Calls as fast as it can, for ever. */
export function flood(client) {
  return callers([client], 1024)(() => true)
}
