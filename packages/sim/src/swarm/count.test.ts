import fc from "fast-check"
import { expect, test } from "vitest"
import { countSeed, describeCount, emptyCount, formatCount, parseCount, seedsToRun } from "./count.ts"

const size = { nodes: 50, minutes: 10 }

test("seeds count once, in whatever order they come, with their last outcome; what is left is what was not run", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.boolean())), (outcomes) => {
      let count = emptyCount(size)
      for (const [seed, hasPassed] of outcomes) count = parseCount(formatCount(countSeed(count, seed, hasPassed)), size)
      const last = new Map(outcomes)
      const failed = [...last].filter(([, hasPassed]) => !hasPassed).map(([seed]) => seed)
      expect(count.failed).toEqual(failed.toSorted((a, b) => a - b))
      expect(count.passed).toBe(last.size - failed.length)
      const all = Array.from({ length: 30 }, (_, index) => index + 1)
      expect(seedsToRun(count, 30 - last.size)).toEqual(all.filter((seed) => !last.has(seed)))
      expect(count.next).toBe(all.find((seed) => !last.has(seed)))
    }),
  )
})

test("a count is told on one line", () => {
  const count = countSeed(countSeed(emptyCount(size), 1, true), 3, false)
  expect(describeCount(count)).toBe("2 seeds run in all, of 50 nodes for 10 minutes; 1 failed: 3; the next is 2")
  expect(describeCount(countSeed(count, 3, true))).toMatch("minutes; none failed; the next is 2")
  expect(describeCount(countSeed(emptyCount({ nodes: 1, minutes: 1 }), 1, true))).toBe(
    "1 seed run in all, of 1 node for 1 minute; none failed; the next is 2",
  )
})

test("what is no count, or one of other scenarios, is refused", () => {
  for (const text of ["[]", "{}", '{"next":1,"passed":0,"failed":[],"beyond":["1"],"size":{"nodes":5,"minutes":1}}'])
    expect(() => parseCount(text, size)).toThrow("no count")
  expect(() => parseCount("null", size)).toThrow()
  expect(() => parseCount(formatCount(emptyCount({ nodes: 5, minutes: 1 })), size)).toThrow(
    "scenarios of 5 nodes for 1 minute",
  )
})
