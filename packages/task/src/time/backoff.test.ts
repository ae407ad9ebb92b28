import { SeededRandom } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { backoff } from "../index.ts"

const longest = { float: () => 1 }

test("full jitter is spread over everything up to the longest delay, and follows from the seed", () => {
  const draw = (seed: number): number[] => {
    const delays = backoff({ baseMs: 1000, factor: 1, random: new SeededRandom(seed) })
    return Array.from({ length: 1000 }, () => delays.next().value)
  }
  const delays = draw(1)
  expect(draw(1)).toEqual(delays)
  expect(draw(2)).not.toEqual(delays)
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(0)
  expect(Math.min(...delays)).toBeLessThan(20)
  expect(Math.max(...delays)).toBeGreaterThan(980)
  expect(Math.max(...delays)).toBeLessThan(1000)
  const mean = delays.reduce((sum, delay) => sum + delay) / delays.length
  expect(mean).toBeGreaterThan(450)
  expect(mean).toBeLessThan(550)
})

test("no delay is longer than the limit, the first included", () => {
  const delays = backoff({ baseMs: 500, maxMs: 300, random: longest })
  expect([delays.next().value, delays.next().value]).toEqual([300, 300])
})

test("without a random it is the platform's", () => {
  const { value } = backoff().next()
  expect(value).toBeGreaterThanOrEqual(0)
  expect(value).toBeLessThan(100)
})
