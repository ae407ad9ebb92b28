import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { memoryPair } from "../transport/memory.ts"
import { Connection } from "./connection.ts"
import { Deadlines } from "./deadlines.ts"

test("a connection whose calls are all answered leaves no timer: a program that does not close it can end", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  const connection = new Connection(near, { clock })
  const server = new Connection(far, { clock, role: "server", handler: () => "answer" })
  expect(await world.runUntil(connection.request("x"))).toBe("answer")
  const answeredAt = clock.monotonic()
  await world.runUntilIdle()
  expect(clock.monotonic() - answeredAt).toBeLessThanOrEqual(1000)
  expect([connection.status, server.status]).toEqual(["open", "open"])
})

test("what is due in a minute is swept within 10 ms then, however often it is looked at before", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const due: number[] = []
  let deadline = Infinity
  let sweeps = 0
  const deadlines = new Deadlines(clock, (now) => {
    sweeps++
    if (now < deadline) return deadline
    due.push(now)
    return (deadline = Infinity)
  })
  deadline = deadlines.watch(60_000.5, 1)
  const begin = clock.monotonic()
  await world.runUntilIdle()
  expect(due).toHaveLength(1)
  expect((due[0] as number) - begin).toBeGreaterThanOrEqual(60_000.5)
  expect((due[0] as number) - begin).toBeLessThanOrEqual(60_010.5)
  expect(sweeps).toBeLessThanOrEqual(62)
})
