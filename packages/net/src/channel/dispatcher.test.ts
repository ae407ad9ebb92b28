import { virtualWorld } from "@dchat/runtime/virtual"
import { string, struct } from "@dchat/wire"
import { expect, test } from "vitest"
import { BUILT_IN_MESSAGES } from "../message/built-in.ts"
import { defineMessage } from "../message/message.ts"
import { Ping, Pong } from "../message/ping.ts"
import { Dispatcher } from "./dispatcher.ts"
import { UNMETERED } from "../message/metering.ts"

const codec = struct({ text: string })
const Text = defineMessage({ command: "Text", codec, maxBytes: 100, metering: UNMETERED })

function dispatcher() {
  const world = virtualWorld()
  const room: string[] = []
  const dispatch = new Dispatcher(world.host({ name: "node" }).clock, BUILT_IN_MESSAGES, {
    room: () => room.push("room"),
    dropped: () => room.push("dropped"),
  })
  return { world, room, dispatch }
}

function find(dispatch: Dispatcher, command: string): string | undefined {
  const bytes = new TextEncoder().encode(`..${command}..`)
  return dispatch.lookup(bytes, 2, bytes.length - 2)?.command
}

test("messages are found by the bytes of their command", () => {
  const { dispatch } = dispatcher()
  expect(
    ["ping", "pong", "addr", "version", "Ping", "pin", "", "Text"].map((command) => find(dispatch, command)),
  ).toEqual(["ping", "pong", "addr", "version", undefined, undefined, undefined, undefined])
  dispatch.register(Text)
  expect(find(dispatch, "Text")).toBe("Text")
})

test("a message may be made known twice, but its command belongs to it alone", () => {
  const { dispatch } = dispatcher()
  dispatch.register(Text)
  dispatch.register(Text)
  const impostor = defineMessage({ command: "ping", codec, maxBytes: 1, metering: UNMETERED })
  expect(() => dispatch.subscribe(impostor)).toThrow('another message has the command "ping"')
})

test("everyone who has subscribed gets each message, until they leave", async () => {
  const { dispatch } = dispatcher()
  const [one, two] = [dispatch.subscribe(Text), dispatch.subscribe(Text)]
  dispatch.dispatch(Text, { text: "a" }, 2)
  await two.return()
  dispatch.dispatch(Text, { text: "b" }, 2)
  expect([await one.receive(), await one.receive()]).toEqual([{ text: "a" }, { text: "b" }])
  expect(two.size).toBe(0)
})

test("28 metered messages are allowed, of whatever kind; one more is too many, and is handed out all the same", () => {
  const { dispatch } = dispatcher()
  const pings = dispatch.subscribe(Ping)
  for (let nonce = 0; nonce < 20; nonce++) expect(dispatch.dispatch(Ping, { nonce }, 2)).toBeUndefined()
  for (let nonce = 0; nonce < 8; nonce++) expect(dispatch.dispatch(Pong, { nonce }, 2)).toBeUndefined()
  expect(dispatch.dispatch(Ping, { nonce: 99 }, 2)).toEqual({ kind: "over-limit", total: 29, limit: 28 })
  expect(pings.size).toBe(21)
})

test("what is metered adds to what is allowed, what is not adds nothing", () => {
  const { dispatch } = dispatcher()
  const metering = { score: 2, threshold: 10, stepMs: 1, windowMs: 10_000 }
  const Costly = defineMessage({ command: "Costly", codec, maxBytes: 100, metering })
  dispatch.register(Costly)
  dispatch.register(Text)
  for (let i = 0; i < 1000; i++) expect(dispatch.dispatch(Text, { text: "" }, 1)).toBeUndefined()
  for (let i = 0; i < 19; i++) expect(dispatch.dispatch(Costly, { text: "" }, 1)).toBeUndefined()
  expect(dispatch.dispatch(Costly, { text: "" }, 1)).toEqual({ kind: "over-limit", total: 40, limit: 38 })
})

test("what was sent ten seconds ago counts no more", async () => {
  const { world, dispatch } = dispatcher()
  for (let nonce = 0; nonce < 28; nonce++) dispatch.dispatch(Ping, { nonce }, 2)
  await world.advance(10_000)
  expect(dispatch.dispatch(Ping, { nonce: 0 }, 2)).toBeUndefined()
})

test("it is full while one subscription is full, and says when there is room", async () => {
  const { dispatch, room } = dispatcher()
  const small = dispatch.subscribe(Text, { maxMessages: 2 })
  dispatch.subscribe(Text)
  dispatch.dispatch(Text, { text: "a" }, 2)
  expect(dispatch.isFull).toBe(false)
  dispatch.dispatch(Text, { text: "b" }, 2)
  expect([dispatch.isFull, room]).toEqual([true, []])
  await small.receive()
  expect([dispatch.isFull, room]).toEqual([false, ["room"]])
  dispatch.dispatch(Text, { text: "c" }, 2)
  expect(dispatch.isFull).toBe(true)
  small[Symbol.dispose]()
  expect([dispatch.isFull, room]).toEqual([false, ["room", "room"]])
})

test("a subscription that closes when it is full ends the channel of a peer that is too fast; one that drops counts", () => {
  const { dispatch, room } = dispatcher()
  dispatch.subscribe(Text, { maxMessages: 1, overflow: "drop-newest" })
  const strict = dispatch.subscribe(Text, { maxMessages: 2, overflow: "close" })
  expect(dispatch.dispatch(Text, { text: "a" }, 2)).toBeUndefined()
  expect(dispatch.dispatch(Text, { text: "b" }, 2)).toBeUndefined()
  expect(room).toEqual(["dropped"])
  expect(dispatch.dispatch(Text, { text: "c" }, 2)).toEqual({ kind: "too-fast", command: "Text" })
  expect([dispatch.isFull, strict.size, strict.dropped, room]).toEqual([false, 2, 1, ["dropped", "dropped", "dropped"]])
})
