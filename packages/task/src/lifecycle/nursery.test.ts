import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { type CancelScope, ManualResetEvent, nursery, sleep } from "../index.ts"

const untilCancelled = (scope: CancelScope): Promise<never> =>
  new ManualResetEvent().wait({ signal: scope }).then(() => expect.unreachable())

test("a nursery returns the body's value after its children have ended", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const result = nursery(async (group) => {
    void group.spawn((scope) => sleep(50, { signal: scope, clock }))
    return "value"
  })
  expect(await world.runUntil(result)).toBe("value")
  expect(world.now).toBe(50)
})

test.each([
  ["fail together", {}],
  ["are supervised", { supervise: () => expect.unreachable() }],
])("a body that throws cancels its children, whether they %s", async (_, options) => {
  const bug = new Error("bug")
  let ended = false
  const result = nursery(async (group) => {
    void group.spawn((scope) => untilCancelled(scope).finally(() => (ended = true)))
    throw bug
  }, options)
  await expect(result).rejects.toBe(bug)
  expect(ended).toBe(true)
})

test("a child that fails cancels the body, and its error is thrown once", async () => {
  const bug = new Error("bug")
  const result = nursery(async (group) => {
    void group.spawn(() => Promise.reject(bug))
    await untilCancelled(group.scope)
  })
  await expect(result).rejects.toBe(bug)
})
