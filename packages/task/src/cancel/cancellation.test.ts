import { getEventListeners } from "node:events"
import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import {
  type Cancellable,
  CancelScope,
  type Cancellation,
  checkpoint,
  ManualResetEvent,
  Mutex,
  nursery,
  Publisher,
  Queue,
  retry,
  Semaphore,
  sleep,
  StoppableTask,
  timeout,
  whenCancelled,
} from "../index.ts"

const { clock } = virtualWorld().host({ name: "here" })

/** Everything that waits, begun so that it does not end by itself; and what ends it. */
const waits: Record<string, (options: Cancellable) => { wait: Promise<unknown>; release: () => unknown }> = {
  "ManualResetEvent.wait": (options) => {
    const event = new ManualResetEvent()
    return { wait: event.wait(options), release: () => event.set() }
  },
  "Mutex.lock": (options) => {
    const mutex = new Mutex()
    const lock = mutex.tryLock()
    return { wait: mutex.lock(options), release: () => lock?.release() }
  },
  "Queue.receive": (options) => {
    const queue = new Queue<number>(1)
    return { wait: queue.receive(options), release: () => queue.trySend(1) }
  },
  "Queue.send": (options) => {
    const queue = new Queue<number>(1)
    queue.trySend(1)
    return { wait: queue.send(2, options), release: () => queue.receive() }
  },
  "Semaphore.run": (options) => {
    const semaphore = new Semaphore(1)
    const permit = semaphore.tryAcquire()
    return { wait: semaphore.run(() => 1, options), release: () => permit?.release() }
  },
  "StoppableTask.stop": (options) => {
    const gate = new ManualResetEvent()
    const task = new StoppableTask({ clock }).start(() => gate.wait(), { onStop: () => {} })
    return { wait: task.stop(options), release: () => gate.set() }
  },
  "StoppableTask.join": (options) => {
    const task = new StoppableTask().start((scope) => sleep(1e9, { signal: scope, clock }), { onStop: () => {} })
    return { wait: task.join(options), release: () => task.stopNow() }
  },
  "Subscription.receive": (options) => {
    const publisher = new Publisher<number>()
    return { wait: publisher.subscribe().receive(options), release: () => publisher.publish(1) }
  },
  "Subscription of a signal": (options) => {
    const publisher = new Publisher<number>()
    const subscription = publisher.subscribe(options)
    return { wait: subscription.next(), release: () => publisher.close() }
  },
  nursery: (options) => {
    const event = new ManualResetEvent()
    const wait = nursery(async (group) => group.spawn((scope) => event.wait({ signal: scope })), options)
    return { wait, release: () => event.set() }
  },
  retry: (options) => {
    const event = new ManualResetEvent()
    return { wait: retry(() => event.wait(options), options), release: () => event.set() }
  },
  sleep: (options) => ({ wait: sleep(0, options), release: () => {} }),
  timeout: (options) => {
    const event = new ManualResetEvent()
    const wait = timeout(1e9, (scope) => event.wait({ signal: scope }), { ...options, clock })
    return { wait, release: () => event.set() }
  },
}

/** Everything that waits, where it would not have to: it must do nothing all the same when it is cancelled already. */
const ready: Record<string, (options: Cancellable) => Promise<unknown>> = {
  "ManualResetEvent.wait": (options) => {
    const event = new ManualResetEvent()
    event.set()
    return event.wait(options)
  },
  "Mutex.lock": (options) => new Mutex().lock(options),
  "Queue.receive": (options) => {
    const queue = new Queue<number>(1)
    queue.trySend(1)
    return queue.receive(options)
  },
  "Queue.send": (options) => new Queue<number>(1).send(1, options),
  "Semaphore.run": (options) => new Semaphore(1).run(() => expect.unreachable(), options),
  "StoppableTask.join": (options) => new StoppableTask().join(options),
  "Subscription.receive": (options) => {
    const publisher = new Publisher<number>()
    const subscription = publisher.subscribe()
    publisher.publish(1)
    return subscription.receive(options)
  },
  nursery: (options) => nursery(() => expect.unreachable(), options),
  sleep: (options) => sleep(0, { ...options, clock: { monotonic: () => 0, setTimer: () => expect.unreachable() } }),
  timeout: (options) => timeout(1, () => expect.unreachable(), options),
}

const kinds: Record<string, () => { signal: Cancellation; cancel: (reason: unknown) => void }> = {
  AbortSignal: () => {
    const controller = new AbortController()
    return { signal: controller.signal, cancel: (reason) => controller.abort(reason) }
  },
  CancelScope: () => {
    const scope = new CancelScope()
    return { signal: scope, cancel: (reason) => scope.cancel(reason) }
  },
}

for (const [name, begin] of Object.entries(waits)) {
  for (const [kind, make] of Object.entries(kinds)) {
    test(`${name} rejects with the reason when its ${kind} is cancelled`, async () => {
      const { signal, cancel } = make()
      const { wait, release } = begin({ signal })
      cancel("reason")
      await expect(wait).rejects.toBe("reason")
      release()
    })

    test(`${name} rejects at once when its ${kind} is cancelled already`, async () => {
      const { signal, cancel } = make()
      cancel("reason")
      const { wait, release } = begin({ signal })
      await expect(wait).rejects.toBe("reason")
      release()
    })
  }

  test(`${name} leaves no listener on a signal that outlives it`, async () => {
    const { signal } = new AbortController()
    const { wait, release } = begin({ signal })
    expect(getEventListeners(signal, "abort").length).toBeGreaterThan(0)
    release()
    await wait
    expect(getEventListeners(signal, "abort")).toHaveLength(0)
  })
}

for (const [name, begin] of Object.entries(ready)) {
  test(`${name} does nothing when it is cancelled already, even if it would not have to wait`, async () => {
    for (const make of Object.values(kinds)) {
      const { signal, cancel } = make()
      cancel("reason")
      await expect(begin({ signal })).rejects.toBe("reason")
    }
  })
}

test("a checkpoint of nothing passes", () => {
  checkpoint(undefined)
  expect(whenCancelled(undefined, () => expect.unreachable())).toBeTypeOf("function")
})

test("whenCancelled calls back once, at once if need be, and not after it was unlinked", () => {
  for (const make of Object.values(kinds)) {
    const calls: unknown[] = []
    const { signal, cancel } = make()
    const unlink = whenCancelled(signal, () => calls.push("unlinked"))
    whenCancelled(signal, (reason) => calls.push(reason))
    unlink()
    cancel("first")
    cancel("second")
    whenCancelled(signal, (reason) => calls.push(["at once", reason]))
    expect(calls).toEqual(["first", ["at once", "first"]])
  }
})
