import { expect, test } from "vitest"
import { drainByMessage, makeDrain } from "./drain.ts"

test.each([
  ["on Node", makeDrain],
  ["in a page", drainByMessage],
])("%s, everything that follows from a promise runs before the callback", async (_where, make) => {
  const drain = make()
  for (let round = 0; round < 20; round++) {
    let steps = 0
    const walk = async (): Promise<void> => {
      for (let step = 0; step < 100; step++) {
        await Promise.resolve()
        steps++
      }
    }
    void walk()
    const seen = await new Promise<number>((resolve) => drain(() => resolve(steps)))
    expect(seen).toBe(100)
  }
})

test("the real event loop is visited now and then", async () => {
  const drain = makeDrain()
  let isVisited = false
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    isVisited = true
  }
  port2.postMessage(undefined)
  for (let turn = 0; turn < 10_000; turn++) await new Promise<void>((resolve) => drain(resolve))
  port1.close()
  expect(isVisited).toBe(true)
})
