import { expect, test } from "vitest"
import { SeededRandom } from "./random.ts"

test("the same seed draws the same, another seed another", () => {
  const draw = (seed: string | number) => {
    const random = new SeededRandom(seed)
    return [random.integer(1_000_000), random.integer(2 ** 50), random.float(), ...random.bytes(5)]
  }
  expect(draw(7)).toEqual(draw(7))
  expect(draw(7)).not.toEqual(draw(8))
  expect(draw("a")).not.toEqual(draw("b"))
})

test("these are the numbers of the seed 42, on every engine", () => {
  const random = new SeededRandom(42)
  expect([random.integer(2 ** 32), random.integer(100), random.float(), [...random.bytes(6)]]).toMatchInlineSnapshot(`
    [
      862597470,
      12,
      0.6469965152901425,
      [
        248,
        178,
        108,
        39,
        198,
        141,
      ],
    ]
  `)
})

test("a fork does not depend on what was drawn before, nor on other forks", () => {
  const one = new SeededRandom("seed")
  one.bytes(1000)
  one.fork("other").bytes(10)
  const other = new SeededRandom("seed")
  expect(one.fork("net").fork("channel").bytes(16)).toEqual(other.fork("net").fork("channel").bytes(16))
})

test("paths of names are kept apart", () => {
  const root = new SeededRandom("seed")
  const sources = [
    root,
    root.fork(""),
    root.fork("a"),
    root.fork("a").fork("b"),
    root.fork("a/b"),
    root.fork("b").fork("a"),
    root.fork("a").fork(""),
  ]
  const draws = sources.map((source) => source.bytes(16).join())
  expect(new Set(draws).size).toBe(sources.length)
})

test("each bit of neighbouring seeds' first draws is even", () => {
  const counts = Array.from({ length: 32 }, () => 0)
  for (let seed = 0; seed < 4_000; seed++) {
    const value = new SeededRandom(seed).integer(2 ** 32)
    for (let bit = 0; bit < 32; bit++) counts[bit]! += Math.floor(value / 2 ** bit) % 2
  }
  for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(200)
})
