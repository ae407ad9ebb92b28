import fc from "fast-check"
import { expect, test } from "vitest"
import { UNMETERED, type Metering } from "../message/metering.ts"
import { Meter } from "./metering.ts"

const PING: Metering = { score: 1, threshold: 4, stepMs: 1000, windowMs: 10_000 }

function filled(metering: Metering, times: readonly number[]): Meter {
  const meter = new Meter(metering, "early")
  for (const time of times) meter.push(time)
  return meter
}

test("up to the threshold there is no delay, above it each point costs a step", () => {
  const delays = [0, 1, 2, 3, 4, 5, 6, 28].map((count) => filled(PING, Array<number>(count).fill(0)).delay(0))
  expect(delays).toEqual([0, 0, 0, 0, 0, 1000, 2000, 24_000])
})

test("a message without a threshold costs nothing", () => {
  const meter = filled(UNMETERED, [0, 1, 2])
  expect(meter.total(2)).toBe(0)
  expect(meter.delay(2)).toBe(0)
})

test("a score counts until it is as old as the window", () => {
  const meter = filled(PING, [0])
  expect(meter.total(9999)).toBe(1)
  expect(meter.total(10_000)).toBe(0)
})

test("a window of 0 never forgets", () => {
  const meter = filled({ score: 1, threshold: 1, stepMs: 60_000, windowMs: 0 }, [0, 5])
  expect(meter.total(1e12)).toBe(2)
  expect(meter.delay(1e12)).toBe(60_000)
})

test("what we send counts at least as long as an exact meter says, what others send at most as long", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 12_000 }), fc.integer({ min: 0, max: 20 })), {
    maxLength: 60,
  })
  fc.assert(
    fc.property(steps, fc.double({ min: 0, max: 1e9, noNaN: true }), (gaps, start) => {
      const theirs = new Meter(PING, "early")
      const ours = new Meter(PING, "late")
      const pushed: number[] = []
      let now = start
      for (const [gap, count] of gaps) {
        now += gap
        for (let i = 0; i < count; i++) {
          pushed.push(now)
          theirs.push(now)
          ours.push(now)
        }
        const within = (ms: number) => pushed.filter((time) => now - time < ms).length
        expect(theirs.total(now)).toBeLessThanOrEqual(within(10_000))
        expect(theirs.total(now)).toBeGreaterThanOrEqual(within(9_687))
        expect(ours.total(now)).toBeGreaterThanOrEqual(within(10_000))
        expect(ours.total(now)).toBeLessThanOrEqual(within(10_313))
      }
    }),
  )
})
