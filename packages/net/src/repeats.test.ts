import { virtualWorld } from "@dchat/runtime/virtual"
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
