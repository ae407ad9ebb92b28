import { getEventListeners } from "node:events"
import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import {
  CancelScope,
  isStopped,
  Leaked,
  ManualResetEvent,
  Misuse,
  type Outcome,
  sleep,
  StoppableTask,
  Stopped,
} from "../index.ts"

class ServerStopped extends Stopped {}

const stopError = new ServerStopped()

/** A task, and what its stop handler was given. */
function observed<T = void>() {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const outcomes: Outcome<T>[] = []
  const onStop = (outcome: Outcome<T>): void => void outcomes.push(outcome)
  const sleepFor = (ms: number) => (scope: CancelScope) => sleep(ms, { signal: scope, clock })
  return { world, clock, task: new StoppableTask<T>({ name: "server", clock }), outcomes, onStop, sleepFor }
}

test("stop while sleeping: the handler sees the stop error that was chosen at the start", async () => {
  const { task, outcomes, onStop, sleepFor } = observed()
  task.start(sleepFor(Infinity), { onStop, stopError })
  const outcome = await task.stop()
  expect(outcome).toEqual({ status: "stopped", reason: stopError })
  expect(outcomes).toEqual([outcome])
})

test("without a stop error the reason is a Stopped that names the task", async () => {
  const { task, onStop, sleepFor } = observed()
  task.start(sleepFor(Infinity), { onStop })
  expect(await task.stop()).toEqual({ status: "stopped", reason: new Stopped("server was stopped") })
})

test("stop twice, at once and later: every caller gets the same outcome, and the handler runs once", async () => {
  const { task, outcomes, onStop, sleepFor } = observed()
  task.start(sleepFor(Infinity), { onStop, stopError })
  const [first, second] = await Promise.all([task.stop(), task.stop()])
  expect(second).toBe(first)
  expect(await task.stop()).toBe(first)
  expect(outcomes).toHaveLength(1)
})

test("stop after the natural end returns how it ended", async () => {
  const { world, task, outcomes, onStop, sleepFor } = observed<string>()
  task.start(async (scope) => sleepFor(100)(scope).then(() => "value"), { onStop, stopError })
  await world.runUntil(task.join())
  expect(outcomes).toEqual([{ status: "done", value: "value" }])
  expect(await task.stop()).toBe(outcomes[0])
})

test("stop from inside main: the scope's own stop ends it there", async () => {
  const { task, onStop } = observed()
  const steps: string[] = []
  task.start(
    async (scope) => {
      steps.push("before")
      scope.stop()
      steps.push("after")
    },
    { onStop, stopError },
  )
  expect(await task.join()).toEqual({ status: "stopped", reason: stopError })
  expect(steps).toEqual(["before"])
})

test("stop from inside main, waiting with main's own scope: the wait rejects at once", async () => {
  const { task, onStop } = observed()
  task.start(async (scope) => void (await task.stop({ signal: scope })), { onStop, stopError })
  expect(await task.join()).toEqual({ status: "stopped", reason: stopError })
})

test("stop from inside main, without waiting: main runs on to its next wait", async () => {
  const { task, onStop, sleepFor } = observed()
  const steps: string[] = []
  task.start(
    async (scope) => {
      task.stopNow()
      steps.push("went on")
      await sleepFor(1)(scope)
      steps.push("never")
    },
    { onStop, stopError },
  )
  expect(await task.join()).toEqual({ status: "stopped", reason: stopError })
  expect(steps).toEqual(["went on"])
})

test.each([
  ["rejects", () => Promise.reject(new Error("bug"))],
  [
    "throws before it has made a promise",
    () => {
      throw new Error("bug")
    },
  ],
])("main %s: the handler sees main's own error, and stop returns", async (_, main) => {
  const { task, outcomes, onStop } = observed()
  task.start(main, { onStop, stopError })
  expect(await task.stop()).toEqual({ status: "failed", error: new Error("bug") })
  expect(outcomes).toEqual([{ status: "failed", error: new Error("bug") }])
})

test("the handler throws: stop returns, and says so", async () => {
  const bug = new Error("bug in the handler")
  for (const onStop of [() => Promise.reject(bug), () => void throwIt(bug)]) {
    const { task, sleepFor } = observed()
    task.start(sleepFor(Infinity), { onStop, stopError })
    expect(await task.stop()).toEqual({ status: "failed", error: bug })
    expect(task.running).toBe(false)
  }
})

test("main and the handler throw: both errors are told", async () => {
  const { task } = observed()
  const [mains, handlers] = [new Error("main"), new Error("handler")]
  task.start(() => Promise.reject(mains), { onStop: () => throwIt(handlers), stopError })
  const outcome = await task.join()
  expect(outcome).toMatchObject({ status: "failed", error: { errors: [mains, handlers] } })
})

test("main's own end wins when both happen in the same turn", async () => {
  const { task, onStop } = observed<number>()
  task.start(async () => 7, { onStop, stopError })
  expect(await task.stop()).toEqual({ status: "done", value: 7 })

  task.start(() => Promise.reject(new Error("own")), { onStop, stopError })
  expect(await task.stop()).toEqual({ status: "failed", error: new Error("own") })
})

test("a main that returns quietly because it was stopped counts as stopped", async () => {
  const { task, onStop } = observed()
  task.start(async (scope) => new Promise((resolve) => void scope.onCancel(() => resolve())), { onStop, stopError })
  expect(await task.stop()).toEqual({ status: "stopped", reason: stopError })
})

test("what main throws on its way out is not lost, unless it is only the cancellation", async () => {
  const { task, onStop } = observed()
  const cutOff = (error: Error) => (scope: CancelScope) =>
    new Promise<void>((_, reject) => void scope.onCancel(() => reject(error)))
  const torn = new Error("file is torn")
  task.start(cutOff(torn), { onStop, stopError })
  expect(await task.stop()).toEqual({ status: "stopped", reason: stopError, error: torn })

  task.start(cutOff(new DOMException("aborted", "AbortError")), { onStop, stopError })
  expect(await task.stop()).toEqual({ status: "stopped", reason: stopError })
})

test("stop waits until main has released what it holds, then for the handler", async () => {
  const { world, clock, task } = observed()
  const steps: string[] = []
  const main = async (scope: CancelScope): Promise<void> => {
    try {
      await sleep(Infinity, { signal: scope, clock })
    } finally {
      await sleep(10, { clock })
      steps.push("released")
    }
  }
  const onStop = async (): Promise<void> => {
    await sleep(10, { clock })
    steps.push("handled")
  }
  task.start(main, { onStop, stopError })
  await world.runUntil(task.stop())
  expect(steps).toEqual(["released", "handled"])
  expect(world.now).toBe(20)
  expect(world.pendingEvents).toBe(0)
})

test("stop before start returns at once, and a later start runs", async () => {
  const { task, outcomes, onStop } = observed<number>()
  expect(await task.stop()).toBeUndefined()
  expect(await task.join()).toBeUndefined()
  task.stopNow()
  task.start(async () => 1, { onStop })
  await task.join()
  expect(outcomes).toEqual([{ status: "done", value: 1 }])
})

test("a second start throws while the task runs, its handler included; then it may be started again", async () => {
  const { task, outcomes, sleepFor } = observed()
  const gate = new ManualResetEvent()
  const onStop = async (outcome: Outcome<void>): Promise<void> => {
    outcomes.push(outcome)
    await gate.wait()
  }
  task.start(sleepFor(Infinity), { onStop, stopError })
  expect(() => task.start(sleepFor(1), { onStop })).toThrow(Misuse)
  const stopped = task.stop()
  await Promise.resolve()
  expect(() => task.start(sleepFor(1), { onStop })).toThrow("server is running")
  gate.set()
  await stopped
  expect(task.running).toBe(false)

  task.start(() => Promise.resolve(), { onStop })
  expect(await task.join()).toEqual({ status: "done", value: undefined })
  expect(outcomes.map(({ status }) => status)).toEqual(["stopped", "done"])
})

test("stop in the stop handler is refused with a clear error, and does not hang", async () => {
  const { task, sleepFor } = observed()
  task.start(sleepFor(Infinity), { onStop: async () => void (await task.stop()), stopError })
  const outcome = await task.stop()
  expect(outcome).toMatchObject({ status: "failed", error: { code: "misuse" } })
})

test("stop in the stop handler, after it has waited, is reported once the grace time is over", async () => {
  const { world, clock, task, sleepFor } = observed()
  const onStop = async (): Promise<void> => {
    await sleep(1, { clock })
    await task.stop()
  }
  task.start(sleepFor(Infinity), { onStop, stopError })
  task.stopNow()
  const outcome = await world.runUntil(task.join())
  expect(outcome).toMatchObject({ status: "failed", error: { code: "leaked" } })
  expect(world.now).toBe(30_001)
})

test("a task that does not end within the grace time is reported as leaked, and can be waited for again", async () => {
  const { world, clock, task, onStop } = observed()
  task.start(() => sleep(1000, { clock }), { onStop, stopError })
  const stop = task.stop({ graceMs: 100 })
  await expect(world.runUntil(stop)).rejects.toThrow(Leaked)
  await expect(stop).rejects.toThrow("server is leaked: its main has not ended 100 ms after stop()")
  expect(task.running).toBe(true)
  expect(await world.runUntil(task.stop({ graceMs: Infinity }))).toEqual({ status: "stopped", reason: stopError })
  expect(world.now).toBe(1000)
  expect(world.pendingEvents).toBe(0)
})

test("stop with a signal that is cancelled already still stops the task", async () => {
  const { task, outcomes, onStop, sleepFor } = observed()
  const hurry = new CancelScope()
  hurry.cancel("hurry")
  task.start(sleepFor(Infinity), { onStop, stopError })
  await expect(task.stop({ signal: hurry })).rejects.toBe("hurry")
  await task.join()
  expect(outcomes).toEqual([{ status: "stopped", reason: stopError }])
})

test("the owner's signal stops it, with the stop error; a cancelled one keeps main from beginning", async () => {
  const { task, outcomes, onStop, sleepFor } = observed()
  const owner = new AbortController()
  task.start(sleepFor(Infinity), { onStop, stopError, signal: owner.signal })
  owner.abort()
  await task.join()

  const main = (): Promise<void> => Promise.reject(new Error("must not begin"))
  await task.start(main, { onStop, stopError, signal: owner.signal }).join()
  const stopped = { status: "stopped", reason: stopError }
  expect(outcomes).toEqual([stopped, stopped])
})

test("it leaves nothing on its owner's signal", async () => {
  const { task, onStop } = observed()
  const owner = new AbortController()
  task.start(() => Promise.resolve(), { onStop, signal: owner.signal })
  expect(getEventListeners(owner.signal, "abort")).toHaveLength(1)
  await task.join()
  expect(getEventListeners(owner.signal, "abort")).toHaveLength(0)
})

test("dropping the last reference does not stop it", async () => {
  const { world, clock, outcomes, onStop } = observed()
  new StoppableTask({ clock }).start((scope) => sleep(100, { signal: scope, clock }), { onStop, stopError })
  await world.advance(100)
  expect(outcomes).toEqual([{ status: "done", value: undefined }])
})

test("leaving an await using block stops it", async () => {
  const { outcomes, onStop, sleepFor } = observed()
  {
    await using task = new StoppableTask()
    task.start(sleepFor(Infinity), { onStop, stopError })
  }
  expect(outcomes).toEqual([{ status: "stopped", reason: stopError }])
})

test("each task is itself only, by name or not", () => {
  const [a, b] = [new StoppableTask({ name: "a" }), new StoppableTask({ name: "a" })]
  expect(a.id).not.toBe(b.id)
  expect(String(a.id)).toBe("Symbol(a)")
  expect(isStopped(stopError)).toBe(true)
})

function throwIt(error: Error): never {
  throw error
}
