import { getEventListeners } from "node:events"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { virtualWorld } from "@dchat/runtime/virtual"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import { type CancelScope, Closed, ManualResetEvent, sleep, Stopped, TaskGroup } from "../index.ts"

const untilCancelled = (scope: CancelScope): Promise<never> =>
  new ManualResetEvent().wait({ signal: scope }).then(() => expect.unreachable())

test("join waits for all children, also for those that children spawn", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const group = new TaskGroup()
  const ended: string[] = []
  const child = (name: string, ms: number) => async () => {
    await sleep(ms, { clock })
    ended.push(name)
    if (name === "parent") void group.spawn(child("grandchild", 5))
  }
  void group.spawn(child("slow", 20))
  void group.spawn(child("parent", 10))
  expect(group.size).toBe(2)
  await world.runUntil(group.join())
  expect(ended).toEqual(["parent", "grandchild", "slow"])
  expect(group.size).toBe(0)
})

test("an observer is told of each child that begins and that has ended, well or not, before the group is empty", async () => {
  const told: string[] = []
  const observer = { began: () => void told.push("began"), ended: () => void told.push("ended") }
  const group = new TaskGroup({ supervise: () => {}, observer })
  const failure = group.spawn(() => Promise.reject(new Error("not well")))
  void group.spawn(untilCancelled)
  await expect(failure).rejects.toThrow("not well")
  expect(told).toEqual(["began", "began", "ended"])
  group.cancel()
  await expect(group.spawn(() => Promise.resolve())).rejects.toBeInstanceOf(Stopped)
  await group.join()
  expect(told).toEqual(["began", "began", "ended", "ended"])
})

test("join also waits for who is spawned because the last child has ended", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const group = new TaskGroup()
  await group.spawn(async () => {})
  const next = (): Promise<void> => group.spawn(() => sleep(50, { clock }))
  void group.spawn(() => sleep(10, { clock })).then(next)
  await world.runUntil(group.join())
  expect(world.now).toBe(60)
})

test("spawn gives the child's result", async () => {
  const group = new TaskGroup()
  const result = group.spawn(async () => 42)
  await group.join()
  expect(await result).toBe(42)
})

test("one failure cancels the others and is thrown as itself; that they were cancelled is no error", async () => {
  const group = new TaskGroup()
  const bug = new Error("bug")
  const sibling = group.spawn(untilCancelled)
  const failed = group.spawn(async () => Promise.reject(bug))
  await expect(group.join()).rejects.toBe(bug)
  await expect(sibling).rejects.toBe(bug)
  await expect(failed).rejects.toBe(bug)
})

test("several failures are gathered in the order in which they came", async () => {
  const group = new TaskGroup()
  const [first, second] = [new Error("first"), new Error("on the way out")]
  void group.spawn((scope) => untilCancelled(scope).catch(() => Promise.reject(second)))
  void group.spawn(() => Promise.reject(first))
  await expect(group.join()).rejects.toMatchObject({ message: "2 children failed", errors: [first, second] })
})

test("a child that throws before it has made a promise fails like any other", async () => {
  const group = new TaskGroup()
  void group.spawn(() => {
    throw new Error("bug")
  })
  await expect(group.join()).rejects.toThrow("bug")
})

test("cancel ends the children and is no failure", async () => {
  const group = new TaskGroup()
  const child = group.spawn(untilCancelled)
  group.cancel("enough")
  await group.join()
  await expect(child).rejects.toBe("enough")
})

test("a cancelled signal ends the children, and join throws its reason", async () => {
  const controller = new AbortController()
  const group = new TaskGroup({ signal: controller.signal })
  void group.spawn(untilCancelled)
  controller.abort("outside")
  await expect(group.join()).rejects.toBe("outside")
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0)
})

test("children that are supervised fail apart", async () => {
  const errors: unknown[] = []
  const group = new TaskGroup({ supervise: (error) => void errors.push(error) })
  const gate = new ManualResetEvent()
  const survivor = group.spawn((scope) => gate.wait({ signal: scope }).then(() => "lives"))
  void group.spawn(() => Promise.reject(new Error("a")))
  void group.spawn(() => Promise.reject(new Error("b")))
  await Promise.resolve()
  gate.set()
  await group.join()
  expect(await survivor).toBe("lives")
  expect(errors).toEqual([new Error("a"), new Error("b")])
})

test("a supervisor that throws fails the group", async () => {
  const group = new TaskGroup({
    supervise: (error) => {
      throw new Error("too bad", { cause: error })
    },
  })
  void group.spawn(untilCancelled)
  void group.spawn(() => Promise.reject(new Error("bug")))
  await expect(group.join()).rejects.toThrow("too bad")
})

test("an error that looks like a cancel is a failure where nobody cancelled", async () => {
  const group = new TaskGroup()
  const stopped = new Stopped("somebody else was stopped")
  void group.spawn(() => Promise.reject(stopped))
  await expect(group.join()).rejects.toBe(stopped)
})

test("that a supervised child was cancelled is not told to the supervisor", async () => {
  const group = new TaskGroup({ supervise: () => expect.unreachable() })
  void group.spawn(untilCancelled)
  group.cancel()
  await group.join()
})

test("spawn into a cancelled group rejects at once and does not begin", async () => {
  const group = new TaskGroup()
  group.cancel("closed today")
  await expect(group.spawn(() => expect.unreachable())).rejects.toBe("closed today")
  // Nobody looks at this one: that must do no harm.
  void group.spawn(() => expect.unreachable())
  await group.join()
})

test("spawn after the end throws", async () => {
  const group = new TaskGroup()
  await group.join()
  await group.join()
  expect(() => group.spawn(untilCancelled)).toThrow(Closed)
})

test("leaving an await using block cancels the children and waits for them", async () => {
  const steps: string[] = []
  {
    await using group = new TaskGroup()
    void group.spawn(async (scope) => untilCancelled(scope).finally(() => steps.push("child ended")))
    steps.push("block ended")
  }
  expect(steps).toEqual(["block ended", "child ended"])
})

test("leaving an await using block throws what children failed with", async () => {
  const block = async (): Promise<void> => {
    await using group = new TaskGroup()
    void group.spawn(() => Promise.reject(new Error("bug")))
  }
  await expect(block()).rejects.toThrow("bug")
})

test("a child that has ended is not remembered", async () => {
  const group = new TaskGroup()
  const gate = new ManualResetEvent()
  void group.spawn(() => gate.wait())
  const spawn = async (): Promise<WeakRef<object>> => {
    const result = { big: "result" }
    await group.spawn(async () => result)
    return new WeakRef(result)
  }
  const result = await spawn()
  expect(group.size).toBe(1)
  await sleep(0)
  collectGarbage()
  expect(result.deref()).toBeUndefined()
  gate.set()
  await group.join()
})

test("whatever the order of events, a group ends after its children, and throws exactly the real errors", async () => {
  const child = fc.record({ name: fc.nat(), fails: fc.boolean() })
  const cases = fc.tuple(fc.scheduler(), fc.array(child, { maxLength: 8 }), fc.boolean())
  await fc.assert(
    fc.asyncProperty(cases, async ([schedule, children, cancels]) => {
      const group = new TaskGroup()
      let running = 0
      const thrown: Error[] = []
      for (const { name, fails } of children) {
        const steps = schedule.scheduleFunction(async () => {})
        const spawned = group.spawn(async (scope) => {
          running++
          try {
            await steps()
            scope.checkpoint()
            await steps()
            if (!fails) return
            const error = new Error(`child ${name}`)
            thrown.push(error)
            throw error
          } finally {
            running--
          }
        })
        spawned.catch(() => {})
      }
      if (cancels) void schedule.schedule(Promise.resolve("cancel")).then(() => group.cancel("cancelled"))
      const end = group.join().then(
        () => ({ running, errors: [] as unknown[] }),
        (error: unknown) => ({ running, errors: error instanceof AggregateError ? error.errors : [error] }),
      )
      expect(await schedule.waitFor(end)).toEqual({ running: 0, errors: thrown })
    }),
  )
})

function collectGarbage(): void {
  setFlagsFromString("--expose-gc")
  const gc = runInNewContext("gc") as () => void
  gc()
}
