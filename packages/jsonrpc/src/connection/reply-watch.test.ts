import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { memoryPair } from "../transport/memory.ts"
import { RawPeer } from "../transport/raw-peer.test-kit.ts"
import { Connection } from "./connection.ts"
import type { Handler } from "./handler.ts"

function serveWith(handler: Handler) {
  const world = virtualWorld()
  const { clock } = world.host({ name: "here" })
  const [near, far] = memoryPair({ clock })
  const server = new Connection(far, { clock, role: "server", handler })
  return { world, clock, server, peer: new RawPeer(near) }
}

test("a handler hears when its answer has left, and what it begins then comes behind it", async () => {
  const heard: boolean[] = []
  const { world, peer } = serveWith((request) => {
    const tellMore = (hasLeft: boolean): void => {
      heard.push(hasLeft)
      void request.connection.notify("more")
    }
    void request.whenReplied().then(tellMore)
    return "answer"
  })
  peer.send({ jsonrpc: "2.0", id: 1, method: "x" })
  await world.runUntilIdle()
  expect(peer.take()).toMatchObject([{ result: "answer" }, { method: "more" }])
  expect(heard).toEqual([true])
})

test("an answer in a batch leaves with the batch", async () => {
  const heard: string[] = []
  let answerSlow!: (value: string) => void
  const { world, peer } = serveWith((request) => {
    const { method } = request
    void request.whenReplied().then((hasLeft) => heard.push(`${method} ${hasLeft}`))
    return method === "slow" ? new Promise((resolve) => (answerSlow = resolve)) : "quick"
  })
  peer.send([
    { jsonrpc: "2.0", id: 1, method: "quick" },
    { jsonrpc: "2.0", id: 2, method: "slow" },
    { jsonrpc: "2.0", method: "note" },
  ])
  await world.runUntilIdle()
  expect(heard).toEqual(["note false"])
  answerSlow("late")
  await world.runUntilIdle()
  expect(heard).toEqual(["note false", "quick true", "slow true"])
  expect(peer.take()).toMatchObject([[{ result: "quick" }, { result: "late" }]])
})

test("nothing waits for ever: the connection goes, or has gone", async () => {
  const heard: boolean[] = []
  const { world, server, peer } = serveWith(async (request) => {
    void request.whenReplied().then((hasLeft) => heard.push(hasLeft))
    await server.closed
    heard.push(await request.whenReplied())
  })
  peer.send({ jsonrpc: "2.0", id: 1, method: "x" })
  await world.runUntilIdle()
  await world.runUntil(server.close())
  await world.runUntilIdle()
  expect(heard).toEqual([false, false])
})

test("it is asked for before the answer", async () => {
  const { world, peer } = serveWith((request) => {
    void request.reply("answer")
    expect(() => request.whenReplied()).toThrow("answered already")
  })
  peer.send({ jsonrpc: "2.0", id: 1, method: "x" })
  await world.runUntilIdle()
  expect(peer.take()).toMatchObject([{ result: "answer" }])
})
