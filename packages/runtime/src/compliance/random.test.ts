import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { Random } from "../index.ts"
import { browserRandom } from "../browser/index.ts"
import { nodeRandom } from "../node/index.ts"
import { SeededRandom } from "../virtual/index.ts"

const SOURCES: readonly (readonly [name: string, random: Random])[] = [
  ["node", nodeRandom],
  ["browser", browserRandom],
  ["virtual", new SeededRandom("compliance")],
]

describe.each(SOURCES)("the %s randomness", (_name, random) => {
  test("gives as many bytes as asked, in an array of their own", () => {
    for (const length of [0, 1, 2, 3, 4, 5, 32, 70_001]) {
      const bytes = random.bytes(length)
      expect(bytes).toHaveLength(length)
      expect(bytes.buffer.byteLength).toBe(length)
      expect(bytes.constructor).toBe(Uint8Array)
    }
  })

  test("fills every byte", () => {
    const seen = new Set<number>()
    const bytes = random.bytes(70_001)
    for (const byte of bytes.subarray(65_000)) seen.add(byte)
    expect(seen.size).toBe(256)
    const ends = Array.from({ length: 64 }, () => random.bytes(7)[6])
    expect(new Set(ends).size).toBeGreaterThan(20)
  })

  test("gives whole numbers below any bound", () => {
    const bound = fc.oneof(
      fc.integer({ min: 1, max: 300 }),
      fc.maxSafeInteger().filter((value) => value > 0),
      fc.constantFrom(1, 2, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 48, 2 ** 52 + 1, Number.MAX_SAFE_INTEGER),
    )
    fc.assert(
      fc.property(bound, (bound) => {
        const value = random.integer(bound)
        return Number.isSafeInteger(value) && value >= 0 && value < bound
      }),
    )
  })

  test.each([0, -1, 1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])("refuses the bound %s", (bound) => {
    expect(() => random.integer(bound)).toThrow(RangeError)
  })

  test.each([3, 10, 1000, 2 ** 32 + 2 ** 31, 3 * 2 ** 51])("is even below %s", (bound) => {
    const draws = 20_000
    const cells = [0, 0, 0]
    for (let draw = 0; draw < draws; draw++) cells[Math.floor((random.integer(bound) / bound) * 3)]!++
    // A third each; 0.02 is six standard deviations. A bound below 3 * 2^n drawn carelessly is off by a sixth.
    const shares = bound === 10 ? [0.4, 0.3, 0.3] : [1 / 3, 1 / 3, 1 / 3]
    for (const [cell, share] of shares.entries()) expect(Math.abs(cells[cell]! / draws - share)).toBeLessThan(0.02)
  })

  test("gives fractions of all sizes and with fine steps", () => {
    const draws = Array.from({ length: 2_000 }, () => random.float())
    expect(draws.every((value) => value >= 0 && value < 1)).toBe(true)
    expect(Math.abs(draws.reduce((sum, value) => sum + value, 0) / draws.length - 0.5)).toBeLessThan(0.04)
    // More than 32 bits: few draws are a multiple of 2^-40.
    expect(draws.filter((value) => Number.isInteger(value * 2 ** 40)).length).toBeLessThan(20)
  })

  test("parts into sources of their own", () => {
    const fork = random.fork("part").fork("of it")
    expect(fork.integer(5)).toBeLessThan(5)
    expect(fork.bytes(16)).not.toEqual(random.bytes(16))
  })
})
