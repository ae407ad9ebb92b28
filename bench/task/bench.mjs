/**
 * What the primitives of @dchat/task cost, in nanoseconds: the median of several rounds.
 *
 *     npx tsc -b && node bench/task/bench.mjs
 *
 * p-limit and async-mutex are measured beside ours where they are installed.
 */
import {
  CancelScope,
  ManualResetEvent,
  Mutex,
  Publisher,
  Queue,
  Semaphore,
  sleep,
  StoppableTask,
  TaskGroup,
} from "@dchat/task"

const ROUNDS = 9
const COUNT = 20_000

/** Runs `round`, which does something `count` times, and returns the median time of one. */
async function measure(round, count = COUNT) {
  const times = []
  for (let i = 0; i < ROUNDS; i++) {
    globalThis.gc?.()
    const begin = performance.now()
    await round(count)
    times.push(((performance.now() - begin) * 1e6) / count)
  }
  return times.toSorted((a, b) => a - b)[ROUNDS >> 1]
}

const work = async () => 1
const onStop = () => {}

/** A round that makes something new for each batch, and waits for its calls all at once. */
function inBatchesOf(size, make) {
  return async (count) => {
    for (let i = 0; i < count / size; i++) {
      const call = make()
      await Promise.all(Array.from({ length: size }, call))
    }
  }
}

const cases = {
  "child scope, made and let go": async (count) => {
    const parent = new CancelScope()
    for (let i = 0; i < count; i++) new CancelScope(parent)[Symbol.dispose]()
  },
  "onCancel and unlink": async (count) => {
    const scope = new CancelScope()
    for (let i = 0; i < count; i++) scope.onCancel(onStop)()
  },
  "TaskGroup: spawn and join, per child, groups of 100": async (count) => {
    for (let i = 0; i < count / 100; i++) {
      const group = new TaskGroup()
      for (let child = 0; child < 100; child++) void group.spawn(work)
      await group.join()
    }
  },
  "StoppableTask: start, natural end, join": async (count) => {
    for (let i = 0; i < count; i++) await new StoppableTask().start(work, { onStop }).join()
  },
  "StoppableTask: start, sleep, stop (one Error, two timers)": async (count) => {
    for (let i = 0; i < count; i++) {
      await new StoppableTask().start((scope) => sleep(60_000, { signal: scope }), { onStop }).stop()
    }
  },
  "Queue: an item, producer and consumer": async (count) => {
    const queue = new Queue(1024)
    const consumer = (async () => {
      for await (const _ of queue);
    })()
    for (let i = 0; i < count; i++) await queue.send(i)
    queue.close()
    await consumer
  },
  "Queue: an item, trySend in bursts of 64": async (count) => {
    const queue = new Queue(1024)
    for (let i = 0; i < count / 64; i++) {
      for (let item = 0; item < 64; item++) queue.trySend(item)
      for (let item = 0; item < 64; item++) await queue.receive()
    }
  },
  "Publisher: an item to one subscriber, iterated": async (count) => {
    const publisher = new Publisher()
    const subscriber = publisher.subscribe({ capacity: count })
    const consumer = (async () => {
      for await (const _ of subscriber);
    })()
    for (let i = 0; i < count; i++) publisher.publish(i)
    publisher.close()
    await consumer
  },
  "Publisher: publish to a full buffer (drop-oldest)": async (count) => {
    const publisher = new Publisher()
    publisher.subscribe()
    for (let i = 0; i < count; i++) publisher.publish(i)
  },
  "Mutex: lock and release, nobody waits": async (count) => {
    const mutex = new Mutex()
    for (let i = 0; i < count; i++) (await mutex.lock()).release()
  },
  "Mutex: run, 100 wait": inBatchesOf(100, () => {
    const mutex = new Mutex()
    return () => mutex.run(work)
  }),
  "Semaphore: run, 16 permits, 100 wait": inBatchesOf(100, () => {
    const semaphore = new Semaphore(16)
    return () => semaphore.run(work)
  }),
  "ManualResetEvent: wait when set": async (count) => {
    const event = new ManualResetEvent()
    event.set()
    for (let i = 0; i < count; i++) await event.wait()
  },
  "sleep in a scope, cancelled, 100 at a time": async (count) => {
    for (let i = 0; i < count / 100; i++) {
      const scope = new CancelScope()
      const sleeps = Array.from({ length: 100 }, () => sleep(60_000, { signal: scope }).catch(onStop))
      scope.cancel()
      await Promise.all(sleeps)
    }
  },
  ...(await others()),
}

/** The same in other libraries, where they are there. */
async function others() {
  const pLimit = await import("p-limit").catch(() => undefined)
  const asyncMutex = await import("async-mutex").catch(() => undefined)
  return {
    ...(pLimit && {
      "p-limit: run, 16 at a time, 100 wait": inBatchesOf(100, () => {
        const limit = pLimit.default(16)
        return () => limit(work)
      }),
    }),
    ...(asyncMutex && {
      "async-mutex: lock and release, nobody waits": async (count) => {
        const mutex = new asyncMutex.Mutex()
        for (let i = 0; i < count; i++) (await mutex.acquire())()
      },
    }),
  }
}

console.log(`Node ${process.version}, median of ${ROUNDS} rounds of ${COUNT}`)
for (const [name, round] of Object.entries(cases)) {
  const ns = await measure(round)
  console.log(`${Math.round(ns).toString().padStart(8)} ns  ${name}`)
}
