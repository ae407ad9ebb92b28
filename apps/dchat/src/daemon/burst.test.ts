import { RpcError } from "@dchat/jsonrpc"
import { type Link, type LinkPolicy, type VirtualHost } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { connectToDaemon } from "../client/with-daemon.ts"
import { ipOf, VirtualChat } from "../testing/virtual-chat.test-kit.ts"
import type { DaemonClient } from "./contract.ts"

// No message is lost without a word. The reference answers `true` to 5,000 sends, of which up to 251 never arrive.

const SENDS = 5000
const IN_FLIGHT = 50

function clientOf(chat: VirtualChat, host: VirtualHost): Promise<DaemonClient> {
  const shell = { runtime: host, stopSignal: new AbortController().signal }
  return chat.world.runUntil(connectToDaemon(`tcp://${ipOf(host)}:51054`, shell))
}

/** Calls `send` for each text, so many at a time, and gives those that were taken and those that were refused. */
async function sendAll(client: DaemonClient, texts: readonly string[]) {
  const taken: string[] = []
  const refused: { readonly text: string; readonly error: unknown }[] = []
  const queue = texts.values()
  const caller = async () => {
    for (const text of queue) {
      await client.send(text).then(
        () => taken.push(text),
        (error: unknown) => refused.push({ text, error }),
      )
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller))
  return { taken, refused }
}

/** What is sent to peers goes at so many bytes a second; everything else is there at once. */
function slowLine(bytesPerSecond: number): LinkPolicy {
  const freeAt = new WeakMap<Link, number>()
  return {
    connect: () => ({ kind: "deliver", delay: 1 }),
    send(link, bytes, { now }) {
      if (link.to.port !== 51554) return { kind: "deliver", delay: 1 }
      const start = Math.max(now, freeAt.get(link) ?? 0)
      const end = start + (bytes * 1000) / bytesPerSecond
      freeAt.set(link, end)
      return { kind: "deliver", delay: end - now }
    },
  }
}

test("5,000 sends, 50 in flight, to one peer: each arrives once", async () => {
  await using chat = new VirtualChat()
  const [alice, bob] = [chat.host("alice"), chat.host("bob")]
  await chat.daemon(bob)
  await chat.daemon(alice, { net: { peers: [`tcp://${ipOf(bob)}:51554/`] } })
  await chat.world.advance(100)
  const [toAlice, toBob] = [await clientOf(chat, alice), await clientOf(chat, bob)]
  const texts = Array.from({ length: SENDS }, (_, i) => `message ${i}`)
  const { taken, refused } = await chat.world.runUntil(sendAll(toAlice, texts))
  expect([taken.length, refused.length]).toEqual([SENDS, 0])
  await chat.world.advance(1000)
  const heard = await chat.world.runUntil(toBob.recv())
  expect(heard.slice(1).toSorted()).toEqual(texts.toSorted())
  await chat.world.runUntil(Promise.all([toAlice.close(), toBob.close()]))
})

test("of 5,000 sends to a peer behind a slow line each arrives, or is answered with an error that has the counts", async () => {
  await using chat = new VirtualChat({ links: slowLine(400_000) })
  const [alice, bob] = [chat.host("alice"), chat.host("bob")]
  await chat.daemon(bob)
  await chat.daemon(alice, { net: { peers: [`tcp://${ipOf(bob)}:51554/`] } })
  await chat.world.advance(1000)
  const [toAlice, toBob] = [await clientOf(chat, alice), await clientOf(chat, bob)]
  const texts = Array.from({ length: SENDS }, (_, i) => `message ${i} ${"x".repeat(1400)}`)
  const { taken, refused } = await chat.world.runUntil(sendAll(toAlice, texts))
  expect(taken.length + refused.length).toBe(SENDS)
  expect(refused.length).toBeGreaterThan(0)
  for (const { error } of refused) {
    expect(error).toBeInstanceOf(RpcError)
    expect(error).toMatchObject({ code: -32000, data: { nodes: 1, sent: 0, refused: 1 } })
  }
  await chat.world.advance(120_000)
  const heard = await chat.world.runUntil(toBob.recv())
  expect(heard.slice(1).toSorted()).toEqual(taken.toSorted())
  await chat.world.runUntil(Promise.all([toAlice.close(), toBob.close()]))
})

test.each([
  ["one byte each", "x".repeat(2 ** 20)],
  ["four bytes each", "🧀".repeat(2 ** 18)],
])("a text of 1 MiB, of characters of %s, is carried whole", async (_, text) => {
  await using chat = new VirtualChat()
  const [alice, bob] = [chat.host("alice"), chat.host("bob")]
  await chat.daemon(bob)
  await chat.daemon(alice, { net: { peers: [`tcp://${ipOf(bob)}:51554/`] } })
  await chat.world.advance(100)
  const [toAlice, toBob] = [await clientOf(chat, alice), await clientOf(chat, bob)]
  expect(await chat.world.runUntil(toAlice.send(text))).toBe(true)
  await chat.world.advance(1000)
  expect((await chat.world.runUntil(toBob.recv()))[1] === text).toBe(true)
  await chat.world.runUntil(Promise.all([toAlice.close(), toBob.close()]))
})
