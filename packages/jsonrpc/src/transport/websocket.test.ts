import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { Caller } from "../connection/caller.ts"
import { Connection } from "../connection/connection.ts"
import type { Frame } from "../framing/framing.ts"
import type { PushTransport } from "./transport.ts"
import { PageSocket, webSocketTransport, type WebSocketLike, type WebSocketTransportOptions } from "./websocket.ts"

type Listener = (event: never) => void

/** A WebSocket of a page, whose other end is driven by hand. */
class FakeSocket implements WebSocketLike {
  readonly url = "ws://fake"
  readyState = 1
  bufferedAmount = 0
  binaryType = "blob"
  readonly sent: unknown[] = []
  readonly closedWith: unknown[] = []
  readonly #listeners: [string, Listener][] = []

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.push([type, listener])
  }

  send(data: unknown): void {
    this.sent.push(data)
  }

  close(code: number, reason?: string): void {
    this.readyState = 2
    this.closedWith.push([code, reason])
  }

  emit(type: string, event: object): void {
    if (type === "close") this.readyState = 3
    for (const [wanted, listener] of this.#listeners) if (wanted === type) listener(event as never)
  }
}

function scene(options: WebSocketTransportOptions = {}) {
  const world = virtualWorld()
  const { clock } = world.host({ name: "page" })
  return { world, clock, socket: new FakeSocket(), options: { ...options, clock } }
}

function readAll(transport: PushTransport) {
  const seen: (Frame | Error)[] = []
  transport.readInto({
    messages: (frames) => void seen.push(...frames),
    end: () => void seen.push("end"),
    close: (error) => void seen.push(error ?? "close"),
  })
  return seen
}

test("what comes before there is a reader, and while it pauses, is kept; the close comes behind it", async () => {
  const { world, socket, options } = scene()
  const transport = webSocketTransport(socket, options)
  socket.emit("message", { data: "early" })
  socket.emit("message", { data: new TextEncoder().encode("bytes").buffer })
  const seen = readAll(transport)
  await world.runUntilIdle()
  expect(seen).toEqual(["early", "bytes"])
  transport.pause()
  socket.emit("message", { data: "late" })
  socket.emit("close", { code: 1006, reason: "" })
  await world.runUntilIdle()
  expect(seen).toHaveLength(2)
  transport.resume()
  await world.runUntilIdle()
  expect(seen.slice(2)).toMatchObject(["late", { code: "transport-lost" }])
})

test("a reader that pauses for too long ends the connection, and learns why behind what was kept", async () => {
  const { world, socket, options } = scene({ maxBytes: 10 })
  const transport = webSocketTransport(socket, options)
  const seen = readAll(transport)
  transport.pause()
  for (let n = 0; n < 5; n++) socket.emit("message", { data: "0123456789" })
  expect(socket.closedWith).toEqual([[1000, undefined]])
  transport.resume()
  await world.runUntilIdle()
  expect(seen).toHaveLength(6)
  expect(seen.at(-1)).toMatchObject({
    code: "message-too-long",
    message: expect.stringContaining("40 bytes") as string,
  })
})

test("a message that is too long ends the connection, and nothing comes after it", () => {
  const { socket, options } = scene({ maxBytes: 3 })
  const seen = readAll(new PageSocket(socket, options))
  for (const data of ["abc", "abcd", "a"]) socket.emit("message", { data })
  socket.emit("close", { code: 1000, reason: "" })
  expect(seen).toMatchObject(["abc", { code: "message-too-long" }])
  expect(socket.closedWith).toEqual([[4009, "a message is longer than 3 bytes"]])
})

test("a connection that serves can pause over a socket that cannot", async () => {
  const { world, clock, socket, options } = scene()
  let finish!: (value: string) => void
  const handler = () => new Promise((resolve) => (finish = resolve))
  const connection = new Connection(new PageSocket(socket, options), { clock, handler, limits: { maxInFlight: 1 } })
  for (const id of [1, 2]) socket.emit("message", { data: `{"jsonrpc":"2.0","id":${id},"method":"m"}` })
  await world.runUntilIdle()
  expect([connection.inFlight, connection.counters.readingPaused]).toEqual([1, 1])
  finish("one")
  await world.runUntilIdle()
  finish("two")
  await world.runUntilIdle()
  expect(socket.sent).toEqual(['{"jsonrpc":"2.0","id":1,"result":"one"}', '{"jsonrpc":"2.0","id":2,"result":"two"}'])
})

test("who notifies is told when a socket that was full has emptied, and a full one is closed", async () => {
  const { world, clock, socket, options } = scene()
  const caller = new Caller(new PageSocket(socket, options), { clock, limits: { closeAtBytes: 1_000_000 } })
  socket.bufferedAmount = 500_000
  let isTold = false
  const told = caller.notify("a").then(() => (isTold = true))
  await world.advance(100)
  expect(isTold).toBe(false)
  socket.bufferedAmount = 0
  await world.runUntil(told)
  socket.bufferedAmount = 2_000_000
  const call = caller.request("b").catch((reason: unknown) => reason)
  expect(await world.runUntil(call)).toMatchObject({ code: "closed", sent: "maybe" })
  expect(await world.runUntil(caller.closed)).toMatchObject({
    message: "the other side left more than 1000000 bytes unread",
  })
})

test("binary frames go out where they are asked for", async () => {
  const { world, clock, socket, options } = scene({ frames: "binary" })
  const caller = new Caller(new PageSocket(socket, options), { clock })
  void caller.notify("🙂")
  await world.runUntilIdle()
  expect(new TextDecoder().decode(socket.sent[0] as Uint8Array)).toBe('{"jsonrpc":"2.0","method":"🙂"}')
})
