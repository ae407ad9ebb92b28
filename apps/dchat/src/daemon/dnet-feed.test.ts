import type { DnetEvent } from "@dchat/net"
import type { VirtualHost } from "@dchat/runtime/virtual"
import { Publisher } from "@dchat/task"
import { expect, test } from "vitest"
import { ipOf, VirtualChat } from "../testing/virtual-chat.test-kit.ts"
import { DnetFeed } from "./dnet-feed.ts"

const SWITCH_ON = `{"jsonrpc":"2.0","id":1,"method":"dnet.switch","params":[true]}\n`
const SWITCH_OFF = `{"jsonrpc":"2.0","id":2,"method":"dnet.switch","params":[false]}\n`
const SUBSCRIBE = `{"jsonrpc":"2.0","id":77,"method":"dnet.subscribe_events","params":[]}\n`

interface Line {
  readonly id?: number
  readonly result?: unknown
  readonly method?: string
  readonly params?: readonly [DnetEvent]
}

/** Someone at the RPC port of a daemon, who speaks in lines. */
async function observer(chat: VirtualChat, host: VirtualHost) {
  const stream = await chat.world.runUntil(host.network.connect({ kind: "tcp", host: ipOf(host), port: 51054 }))
  const decoder = new TextDecoder()
  const seen = { text: "", isClosed: false }
  const over = (): void => void (seen.isClosed = true)
  stream.readInto({ data: (chunk) => void (seen.text += decoder.decode(chunk)), end: over, close: over })
  return {
    seen,
    async say(text: string): Promise<void> {
      stream.write(new TextEncoder().encode(text))
      await chat.world.advance(100)
    },
    /** What has come since the last time. */
    take(): Line[] {
      const lines = seen.text.split("\r\n").filter((line) => line !== "")
      seen.text = ""
      return lines.map((line) => JSON.parse(line) as Line)
    },
    leave: () => chat.world.runUntil(stream.close()),
  }
}

/** Two daemons; the second dials the first when it is started. */
async function twoDaemons(chat: VirtualChat) {
  const alice = chat.host("alice")
  const daemon = await chat.daemon(alice)
  const bob = chat.host("bob")
  const dial = () => chat.daemon(bob, { net: { peers: [`tcp://${ipOf(alice)}:51554/`] } })
  return { alice, bob, daemon, dial }
}

const chan = { addr: expect.stringMatching(/^tcp:.*\/$/) as string, id: expect.any(Number) as number }
const time = expect.stringMatching(/^\d+$/) as string
const packet = (event: string, cmd: string) => ({ event, info: { chan, cmd, time } })

test("a connection and a message are told in order, in the reference's words, and nothing once it is switched off", async () => {
  await using chat = new VirtualChat()
  const { alice, bob, dial } = await twoDaemons(chat)
  const watcher = await observer(chat, alice)
  await watcher.say(SWITCH_ON + SUBSCRIBE)
  expect(watcher.take().filter(({ id }) => id !== undefined)).toEqual([{ jsonrpc: "2.0", id: 1, result: true }])
  const dialler = await dial()
  await chat.world.advance(1000)
  const speaker = await observer(chat, bob)
  await speaker.say(`{"jsonrpc":"2.0","id":1,"method":"send","params":["hi"]}\n`)
  await speaker.leave()
  await chat.world.runUntil(dialler.stop())
  await chat.world.advance(100)
  const lines = watcher.take()
  for (const line of lines) {
    expect(line).toEqual({ jsonrpc: "2.0", method: "dnet.subscribe_events", params: [expect.anything()] })
  }
  const events = lines.flatMap(({ params }) => params ?? []).filter(({ event }) => !event.startsWith("outbound_"))
  const channel = { addr: chan.addr, channel_id: chan.id }
  const telling = (cmds: readonly string[]) =>
    events.filter(({ event, info }) => !(event === "send" || event === "recv") || cmds.includes(info.cmd))
  expect(telling(["DchatMsg"])).toEqual([
    { event: "inbound_connected", info: channel },
    packet("recv", "DchatMsg"),
    { event: "inbound_disconnected", info: channel },
  ])
  expect(events).toContainEqual(packet("send", "version"))
  expect(events).toContainEqual(packet("recv", "verack"))

  await watcher.say(SWITCH_OFF)
  expect(watcher.take()).toEqual([{ jsonrpc: "2.0", id: 2, result: true }])
  await dial()
  await chat.world.advance(30_000)
  expect(watcher.take()).toEqual([])
  await watcher.leave()
})

test("to subscribe is not answered, and nothing comes before it is switched on", async () => {
  await using chat = new VirtualChat()
  const { alice, dial } = await twoDaemons(chat)
  const watcher = await observer(chat, alice)
  await watcher.say(SUBSCRIBE)
  await dial()
  await chat.world.advance(1000)
  expect(watcher.seen).toEqual({ text: "", isClosed: false })
  await watcher.leave()
})

test("a daemon that is watched stops at once", async () => {
  await using chat = new VirtualChat()
  const { alice, daemon } = await twoDaemons(chat)
  const watcher = await observer(chat, alice)
  await watcher.say(SWITCH_ON + SUBSCRIBE)
  const before = chat.world.now
  await chat.world.runUntil(daemon.stop())
  expect(chat.world.now - before).toBeLessThan(1000)
  await chat.world.advance(10)
  expect(watcher.seen.isClosed).toBe(true)
  await watcher.leave()
})

/** Long enough for an event to be passed on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

test("a subscriber that leaves is let go, and a slow one loses the oldest events", async () => {
  const source = new Publisher<DnetEvent>()
  const feed = new DnetFeed(source)
  feed.switch(true)
  feed.switch(true)
  expect(source.size).toBe(1)
  const watching = feed.subscribe()
  for (let slot = 0; slot < 1030; slot++) {
    source.publish({ event: "outbound_slot_sleeping", info: { slot } })
    await settled()
  }
  expect(watching.size).toBe(1024)
  expect(await watching.receive()).toEqual({ event: "outbound_slot_sleeping", info: { slot: 6 } })
  watching.close()
  expect(feed.subscribers).toBe(0)
  feed.switch(false)
  expect(source.size).toBe(0)
})
