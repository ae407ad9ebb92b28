import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { Missed, MOST_MISSED } from "./missed.ts"

const anybody = (): boolean => true

function setUp() {
  const world = virtualWorld()
  return { world, missed: new Missed(world.host({ name: "node" }).clock) }
}

test("who is missed is tried in turns, and not any more when it was found", () => {
  const { missed } = setUp()
  for (const [since, url] of ["a", "b", "c"].entries()) missed.lost(url, since)
  expect([1, 2, 3, 4].map(() => missed.next(anybody))).toEqual(["a", "b", "c", "a"])
  expect(missed.next((url) => url === "c")).toBe("c")
  expect(missed.found("b")).toBe(1)
  expect(missed.found("b")).toBeUndefined()
  expect([1, 2, 3].map(() => missed.next(anybody))).toEqual(["a", "c", "a"])
  expect(missed.next(() => false)).toBeUndefined()
})

test("of more than sixteen the one that was connected to last is forgotten", () => {
  const { missed } = setUp()
  for (let i = 0; i < MOST_MISSED; i++) missed.lost(`old ${i}`, i)
  for (let i = 0; i < 100; i++) missed.lost(`new ${i}`, 100 + i)
  const left = new Set(Array.from({ length: MOST_MISSED }, () => missed.next(anybody)))
  expect(left).toEqual(new Set(Array.from({ length: MOST_MISSED }, (_, i) => `old ${i}`)))
  missed.lost("older", -1)
  expect([missed.found("old 15"), missed.found("older")]).toEqual([undefined, -1])
})

test("nobody is missed for more than a day", async () => {
  const { world, missed } = setUp()
  missed.lost("a", 0)
  await world.advance(3_600_000)
  missed.lost("b", 0)
  await world.advance(23 * 3_600_000)
  expect(missed.next(anybody)).toBe("a")
  await world.advance(1)
  expect([missed.next(anybody), missed.next(anybody)]).toEqual(["b", "b"])
  expect(missed.found("a")).toBeUndefined()
})
