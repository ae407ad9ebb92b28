import { expect, test } from "vitest"
import { Ending } from "./ending.ts"
import { ChannelStopped } from "./stopped.ts"

const stopped = new ChannelStopped("stopped", "we closed the connection")
const broken = new ChannelStopped("broken", "the connection broke")

test("an end begins once: a cleanup that stops the channel again changes neither the reason nor the order", async () => {
  const ending = new Ending()
  const seen: string[] = []
  let again: Promise<void> | undefined
  const begin = (reason: ChannelStopped): Promise<void> =>
    ending.begin(
      reason,
      async () => void seen.push("hang up"),
      (error) => seen.push(`failed: ${String(error)}`),
    )
  ending.add(() => {
    seen.push("first")
    again = begin(broken)
    throw new Error("a mistake")
  })
  ending.add(async () => void seen.push("second"))
  expect(ending.reason).toBeUndefined()
  const over = begin(stopped)
  expect(ending.reason).toBe(stopped)
  expect(await ending.begun).toBe(stopped)
  await over
  expect(again).toBe(over)
  expect(seen).toEqual(["hang up", "first", "failed: Error: a mistake", "second"])
})

test("an end is over when the line is closed, and when the last cleanup has run", async () => {
  const ending = new Ending()
  const seen: string[] = []
  let closeLine = (): void => {}
  let cleanUp = (): void => {}
  ending.add(() => new Promise((resolve) => (cleanUp = resolve)))
  const line = new Promise<void>((resolve) => (closeLine = resolve))
  const over = ending.begin(
    stopped,
    () => line,
    () => {},
  )
  void over.then(() => seen.push("over"))
  cleanUp()
  await ending.begun
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  expect(seen).toEqual([])
  closeLine()
  await over
  expect(seen).toEqual(["over"])
})
