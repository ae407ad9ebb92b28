import { expect, test } from "vitest"
import { TurnClock } from "./turn-clock.ts"

test("the time is read once in a turn, and again in the next", () => {
  let reads = 0
  const ends: (() => void)[] = []
  const clock = new TurnClock({ monotonic: () => ++reads, defer: (callback) => void ends.push(callback) })
  expect([clock.monotonic(), clock.monotonic()]).toEqual([1, 1])
  expect(ends).toHaveLength(1)
  for (const end of ends.splice(0)) end()
  expect([clock.monotonic(), clock.monotonic()]).toEqual([2, 2])
})
