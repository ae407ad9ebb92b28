import { describe, expect, test } from "vitest"
import { MAX_TIMER_MS, type Clock } from "../index.ts"
import { browserClock } from "../browser/index.ts"
import { nodeClock } from "../node/index.ts"
import { virtualWorld } from "../virtual/index.ts"
import { sleep } from "./lab.test-kit.ts"

type Run = (scenario: () => Promise<void>) => Promise<void>

const real: Run = (scenario) => scenario()

const CLOCKS: readonly (readonly [name: string, make: () => { clock: Clock; run: Run }])[] = [
  ["node", () => ({ clock: nodeClock, run: real })],
  ["browser", () => ({ clock: browserClock, run: real })],
  [
    "virtual",
    () => {
      const world = virtualWorld()
      return { clock: world.host({ name: "alice" }).clock, run: (scenario) => world.runUntil(scenario()) }
    },
  ],
]

describe.each(CLOCKS)("the %s clock", (_name, make) => {
  const { clock, run } = make()
  const inTime = (scenario: () => Promise<void>) => () => run(scenario)

  test("shows whole milliseconds of our era", () => {
    expect(Number.isInteger(clock.now())).toBe(true)
    expect(clock.now()).toBeGreaterThan(1_700_000_000_000)
    expect(clock.now()).toBeLessThan(10_000_000_000_000)
  })

  test(
    "measures what a timer takes, on both its faces",
    inTime(async () => {
      const [wall, mono] = [clock.now(), clock.monotonic()]
      await sleep(clock, 5)
      // Timers of the system are rounded by up to a millisecond.
      expect(clock.monotonic() - mono).toBeGreaterThanOrEqual(4)
      expect(clock.now() - wall).toBeGreaterThanOrEqual(3)
    }),
  )

  test(
    "runs timers in the order of their moments, and of one moment in the order in which they were set",
    inTime(async () => {
      const order: string[] = []
      clock.setTimer(12, () => order.push("late"))
      clock.setTimer(2, () => order.push("early"))
      clock.setTimer(2, () => order.push("early too"))
      clock.setTimer(-5, () => order.push("at once"))
      expect(order).toEqual([])
      await sleep(clock, 20)
      expect(order).toEqual(["at once", "early", "early too", "late"])
    }),
  )

  test(
    "does not run a timer that was cancelled, and takes any number of cancels",
    inTime(async () => {
      let ran = 0
      const never = clock.setTimer(1, () => ran++)
      never.cancel()
      never.cancel()
      const once = clock.setTimer(1, () => ran++)
      await sleep(clock, 5)
      once.cancel()
      await sleep(clock, 5)
      expect(ran).toBe(1)
    }),
  )

  test(
    "takes a wait beyond the longest as the longest",
    inTime(async () => {
      let ran = 0
      const timers = [MAX_TIMER_MS + 1, 1e15, Number.POSITIVE_INFINITY].map((ms) => clock.setTimer(ms, () => ran++))
      await sleep(clock, 5)
      expect(ran).toBe(0)
      for (const timer of timers) timer.cancel()
    }),
  )

  test(
    "defers to the end of this turn: after the code that runs, before any timer",
    inTime(async () => {
      const order: string[] = []
      await new Promise<void>((resolve) => {
        clock.setTimer(0, () => {
          clock.setTimer(0, () => {
            order.push("timer")
            resolve()
          })
          clock.defer(() => {
            order.push("first")
            clock.defer(() => order.push("deferred by first"))
          })
          clock.defer(() => order.push("second"))
          order.push("code")
        })
      })
      expect(order).toEqual(["code", "first", "second", "deferred by first", "timer"])
    }),
  )
})
