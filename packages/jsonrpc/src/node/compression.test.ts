import { connect as connectSocket } from "node:net"
import { constants, deflateRawSync } from "node:zlib"
import { expect, test } from "vitest"
import { WebSocket } from "ws"
import { openConnection, requestHandler, serve, type WebSocketServerOptions } from "./index.ts"

const { Z_FULL_FLUSH } = constants
const FINAL_TEXT_COMPRESSED = 0xc1
const MASKED = 0x80
const CLOSE = 0x88

const start = (websocket: WebSocketServerOptions) =>
  serve(
    requestHandler(({ params }) => params),
    { listen: ["ws://127.0.0.1:0"], websocket },
  )

function opened(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url)
  return new Promise((resolve, reject) => {
    socket.on("open", () => resolve(socket))
    socket.on("error", reject)
  })
}

/** Bytes that came from the server while `act` ran, as the socket has counted them. */
async function bytesRead(socket: WebSocket, act: () => Promise<void>): Promise<number> {
  const { _socket: raw } = socket as unknown as { readonly _socket: { readonly bytesRead: number } }
  const before = raw.bytesRead
  await act()
  return raw.bytesRead - before
}

const call = (text: string): string => JSON.stringify({ jsonrpc: "2.0", id: 1, method: "echo", params: [text] })

function answerTo(socket: WebSocket, text: string): Promise<string> {
  return new Promise((resolve) => {
    socket.once("message", (data: Buffer) => resolve(data.toString()))
    socket.send(text)
  })
}

test("compression is agreed on only where both sides were told to", async () => {
  await using plain = await start({})
  const refused = await opened(plain.addresses[0])
  expect(refused.extensions).toBe("")
  refused.terminate()
  await using server = await start({ compression: true })
  const agreed = await opened(server.addresses[0])
  expect(agreed.extensions).toContain("permessage-deflate")
  agreed.terminate()
  await using connection = await openConnection(server.addresses[0])
  expect(await connection.request("echo", [1])).toEqual([1])
})

test("long messages become short on the wire, short ones stay as they are", async () => {
  await using server = await start({ compression: { thresholdBytes: 500 } })
  const socket = await opened(server.addresses[0])
  const long = "all work and no play ".repeat(500)
  const answer = (text: string) => async () => {
    expect(await answerTo(socket, call(text))).toContain(text)
  }
  expect(await bytesRead(socket, answer(long))).toBeLessThan(long.length / 20)
  expect(await bytesRead(socket, answer("a".repeat(300)))).toBeGreaterThan(300)
  socket.terminate()
})

test("our client and our server speak it to each other, in order, long and short", async () => {
  await using server = await start({ compression: true })
  await using connection = await openConnection(server.addresses[0], { websocket: { compression: true } })
  const texts = Array.from({ length: 50 }, (_, n) => `${n}é🙂`.repeat(n % 2 === 0 ? 1 : 5_000))
  const answers = await Promise.all(texts.map((text) => connection.request("echo", [text])))
  expect(answers).toEqual(texts.map((text) => [text]))
})

test("a small frame that unfolds to more than a message may be is refused, and others are served as before", async () => {
  await using server = await start({ compression: true, maxBytes: 100_000 })
  const socket = connectSocket(Number(new URL(server.addresses[0]).port), "127.0.0.1")
  const upgraded = new Promise((resolve) => socket.once("data", resolve))
  socket.write(
    "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
  )
  expect(String(await upgraded)).toContain("permessage-deflate")
  const mebibyte = deflateRawSync(Buffer.alloc(1024 * 1024, " "), { level: 9, finishFlush: Z_FULL_FLUSH })
  const bomb = Buffer.concat(Array.from({ length: 64 }, () => mebibyte))
  expect(bomb.length).toBeLessThan(100_000)
  const head = Buffer.from([FINAL_TEXT_COMPRESSED, MASKED | 127, ...Array.from({ length: 8 + 4 }, () => 0)])
  head.writeBigUInt64BE(BigInt(bomb.length), 2)
  const answer = new Promise<Buffer>((resolve) => socket.once("data", resolve))
  socket.write(Buffer.concat([head, bomb]))
  const said = await answer
  expect([said[0], said.readUInt16BE(2)]).toEqual([CLOSE, 1009])
  socket.destroy()
  await using connection = await openConnection(server.addresses[0], { websocket: { compression: true } })
  expect(await connection.request("echo", [1])).toEqual([1])
})
