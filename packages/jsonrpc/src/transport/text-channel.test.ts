import { expect, test } from "vitest"
import { memoryPair } from "./memory.ts"
import { TextChannel } from "./text-channel.ts"

function pair() {
  const [left, right] = memoryPair()
  return { left, here: new TextChannel(left), there: new TextChannel(right) }
}

test("messages are received one by one, in order, whether they are waited for or wait", async () => {
  const { here, there } = pair()
  const first = there.recv()
  await here.send("1")
  await here.send("2")
  await here.send("3")
  expect([await first, await there.recv(), await there.recv()]).toEqual(["1", "2", "3"])
})

test("a loop over the messages ends when the other side does, and so does whoever waits", async () => {
  const { here, there } = pair()
  await here.send("1")
  here.end()
  const texts: string[] = []
  for await (const text of there) texts.push(text)
  expect(texts).toEqual(["1"])
  expect(await there.recv()).toBeUndefined()
  const waiting = here.recv()
  await there.close()
  expect(await waiting).toBeUndefined()
})

test("a wait can be given up, and takes no message with it", async () => {
  const { here, there } = pair()
  const patience = new AbortController()
  const waiting = there.recv({ signal: patience.signal })
  patience.abort(new Error("enough"))
  await expect(waiting).rejects.toThrow("enough")
  await here.send("1")
  expect(await there.recv()).toBe("1")
})

test("who does not receive slows the sender down", async () => {
  const { left, here, there } = pair()
  await here.send("x".repeat(100_000))
  await new Promise((resolve) => process.nextTick(resolve))
  const sent = here.send("y".repeat(100_000))
  expect(left.bufferedBytes).toBe(100_000)
  expect(await there.recv()).toHaveLength(100_000)
  await sent
  expect(await there.recv()).toHaveLength(100_000)
})
