import { virtualWorld } from "@dchat/runtime/virtual"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import { Repeats } from "./repeats.ts"

test("the same of the same is news once in ten minutes, and again when all was well between", async () => {
  const world = virtualWorld()
  const repeats = new Repeats(world.host({ name: "node" }).clock)
  expect(repeats.isNews("bob", "refused")).toBe(true)
  expect(repeats.isNews("bob", "refused")).toBe(false)
  expect(repeats.isNews("carol", "refused")).toBe(true)
  expect(repeats.isNews("bob", "timed out")).toBe(true)
  await world.advance(599_999)
  expect(repeats.isNews("bob", "timed out")).toBe(false)
  await world.advance(1)
  expect(repeats.isNews("bob", "timed out")).toBe(true)
  repeats.forget("bob")
  expect(repeats.isNews("bob", "timed out")).toBe(true)
})

test("what is something else each time does not fill the log either", async () => {
  const world = virtualWorld()
  const repeats = new Repeats(world.host({ name: "node" }).clock)
  const news = Array.from({ length: 100 }, (_, i) => repeats.isNews("bob", i % 2 === 0 ? "refused" : "hung up"))
  expect(news.filter(Boolean)).toHaveLength(8)
  await world.advance(600_000)
  expect(repeats.isNews("bob", "hung up")).toBe(true)
})

test("of strangers no more is news than the log has room for, of one of them least of all", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 5 })), { maxLength: 200 }), (visits) => {
      const repeats = new Repeats(virtualWorld().host({ name: "node" }).clock)
      const told: string[][] = []
      for (const [who, what] of visits) {
        const before = told.filter(([other]) => other === `${who}`)
        const isNew = !before.some(([, text]) => text === `${what}`)
        const expected = isNew && before.length < 3 && told.length < 16
        expect(repeats.isNewsOfStranger(`${who}`, `${what}`)).toBe(expected)
        if (expected) told.push([`${who}`, `${what}`])
      }
    }),
  )
})

test("and ten minutes later it is news again, whatever was said of those that we have chosen", async () => {
  const world = virtualWorld()
  const repeats = new Repeats(world.host({ name: "node" }).clock)
  expect(repeats.isNewsOfStranger("bob", "refused")).toBe(true)
  expect(repeats.isNews("bob", "refused")).toBe(true)
  await world.advance(599_999)
  expect(repeats.isNewsOfStranger("bob", "refused")).toBe(false)
  await world.advance(1)
  expect(repeats.isNewsOfStranger("bob", "refused")).toBe(true)
})
