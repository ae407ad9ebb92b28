import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { type CancelScope, Closed, Leaked, ManualResetEvent, sleep, StoppableTask, TaskSet } from "../index.ts"

const onStop = (): void => {}

const untilStopped = (scope: CancelScope): Promise<void> => new ManualResetEvent().wait({ signal: scope })

test("it holds what was added until that is deleted", () => {
  const set = new TaskSet()
  const [a, b] = [new StoppableTask({ name: "a" }), new StoppableTask({ name: "b" })]
  set.add(a).add(b).add(a)
  expect([...set]).toEqual([a, b])
  expect(set.delete(a)).toBe(true)
  expect(set.delete(a)).toBe(false)
  expect([set.size, set.has(a), set.has(b)]).toEqual([1, false, true])
})

test("a task that it has started is in it until its stop handler has ended", async () => {
  const set = new TaskSet<number>()
  const sizes: number[] = []
  const task = set.start(async () => 5, { name: "five", onStop: () => void sizes.push(set.size) })
  expect(set.has(task)).toBe(true)
  expect(await task.join()).toEqual({ status: "done", value: 5 })
  await Promise.resolve()
  sizes.push(set.size)
  expect(sizes).toEqual([1, 0])
})

test("stopAll stops all at the same time and waits for each", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const set = new TaskSet()
  const ended: string[] = []
  for (const [name, ms] of Object.entries({ slow: 30, quick: 10 })) {
    set.start(untilStopped, {
      name,
      clock,
      onStop: async () => {
        await sleep(ms, { clock })
        ended.push(name)
      },
    })
  }
  await world.runUntil(set.stopAll())
  expect(ended).toEqual(["quick", "slow"])
  expect(world.now).toBe(30)
  expect(set.size).toBe(0)
})

test("while all are being stopped no other comes in; afterwards it can be used again", async () => {
  const set = new TaskSet()
  set.start(untilStopped, { onStop })
  const stopped = set.stopAll()
  const late = new StoppableTask({ name: "late" })
  expect(() => set.add(late)).toThrow("late came too late: its set is stopping")
  await stopped
  set.add(late)
  expect(set.size).toBe(1)
  await set.stopAll()
  expect(set.size).toBe(0)
})

test("after close nobody comes in, and what is started there does not begin", async () => {
  const set = new TaskSet()
  set.start(untilStopped, { onStop })
  const closed = set.close()
  const alsoStopped = set.stopAll()
  await Promise.all([closed, alsoStopped])
  expect(set.size).toBe(0)
  expect(() => set.start(() => expect.unreachable(), { onStop })).toThrow(Closed)
})

test("leaving an await using block closes it", async () => {
  let task: StoppableTask
  {
    await using set = new TaskSet()
    task = set.start(untilStopped, { onStop })
  }
  expect(task.running).toBe(false)
})

test("a task that does not stop is reported and stays; the others are gone", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const set = new TaskSet()
  const deaf = (): Promise<void> => sleep(1000, { clock })
  const first = set.start(deaf, { name: "deaf", clock, onStop })
  set.start(untilStopped, { clock, onStop })
  await expect(world.runUntil(set.stopAll({ graceMs: 100 }))).rejects.toThrow(Leaked)
  expect([...set]).toEqual([first])

  set.start(deaf, { name: "deaf too", clock, onStop })
  const both = world.runUntil(set.stopAll({ graceMs: 100 }))
  await expect(both).rejects.toMatchObject({
    message: "2 tasks did not stop",
    errors: [{ code: "leaked" }, { code: "leaked" }],
  })
  await world.runUntil(set.stopAll())
  expect(set.size).toBe(0)
})
