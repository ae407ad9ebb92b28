import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { expect, test } from "vitest"
import { WebSocket, WebSocketServer } from "ws"
import type { Frame } from "../framing/framing.ts"
import { Connection, openConnection, requestHandler, serve, wsTransport, type WebSocketServerOptions } from "./index.ts"

const handler = () => requestHandler(({ params }) => params)
const start = (websocket: WebSocketServerOptions = {}) => serve(handler(), { listen: ["ws://127.0.0.1:0"], websocket })

/** How an attempt to come in ends: `open`, or the HTTP status. */
function knock(url: string, headers: Record<string, string>): Promise<"open" | number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers, perMessageDeflate: false })
    socket.on("open", () => {
      socket.terminate()
      resolve("open")
    })
    socket.on("unexpected-response", (_request, { statusCode }) => {
      socket.terminate()
      resolve(statusCode ?? 0)
    })
    socket.on("error", reject)
  })
}

test("a page of another site cannot open a socket, nor can one that has made the port look like its own", async () => {
  await using server = await start()
  const [url] = server.addresses
  expect(await knock(url, { Host: "rebound.example" })).toBe(403)
  expect(await knock(url, { Origin: "https://evil.example" })).toBe(403)
  expect(await knock(url, { Origin: "null" })).toBe(403)
  expect(await knock(url, { Origin: "http://localhost:5173" })).toBe("open")
  expect(await knock(url, {})).toBe("open")
  expect(server.connections.size).toBeLessThanOrEqual(2)
})

test("a hook says who may come in, and a client brings a token", async () => {
  await using server = await start({ authorize: ({ headers }) => headers.get("authorization") === "Bearer x" })
  const [url] = server.addresses
  expect(await knock(url, {})).toBe(401)
  await using connection = await openConnection(url, { websocket: { headers: () => ({ authorization: "Bearer x" }) } })
  expect(await connection.request("echo", [1])).toEqual([1])
})

test("an answer comes in the kind of frame that the request came in, uncompressed", async () => {
  await using server = await start()
  const socket = new WebSocket(server.addresses[0])
  const frames: [isBinary: boolean, text: string][] = []
  await new Promise<void>((resolve) => {
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      frames.push([isBinary, data.toString()])
      if (frames.length === 1) socket.send(Buffer.from('{"jsonrpc":"2.0","id":"","method":"echo","params":[]}'))
      else resolve()
    })
    socket.on("open", () => socket.send('{"jsonrpc":"2.0","id":0,"method":"echo","params":[]}'))
  })
  expect(frames).toEqual([
    [false, '{"jsonrpc":"2.0","id":0,"result":[]}'],
    [true, '{"jsonrpc":"2.0","id":"","result":[]}'],
  ])
  expect(socket.extensions).toBe("")
  socket.terminate()
})

test("bytes that are not UTF-8 cost one error reply", async () => {
  await using server = await start()
  const socket = new WebSocket(server.addresses[0])
  const reply = await new Promise<string>((resolve) => {
    socket.on("message", (data: Buffer) => resolve(data.toString()))
    socket.on("open", () => socket.send(new Uint8Array([0xff, 0xfe])))
  })
  expect(JSON.parse(reply)).toMatchObject({ id: null, error: { code: -32700 } })
  socket.terminate()
})

test("a socket that was accepted elsewhere, with a handshake of one's own, is wrapped with one call", async () => {
  const http = createServer()
  const acceptor = new WebSocketServer({ server: http, handleProtocols: () => "my-handshake" })
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve))
  acceptor.on("connection", (socket) => {
    const connection = new Connection(wsTransport(socket), { role: "server" })
    void (async () => {
      for await (const request of connection.requests()) await request.reply(`hello ${request.method}`)
    })()
  })
  const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`
  const connection = await openConnection(url, { websocket: { protocols: ["my-handshake"] } })
  expect(await connection.request("greet")).toBe("hello greet")
  await connection.close()
  acceptor.close()
  http.close()
})

test("who does not answer pings is given up; who does is kept", async () => {
  const timers: { ms: number; callback: () => void }[] = []
  const clock = {
    now: () => 0,
    monotonic: () => 0,
    defer: (callback: () => void) => process.nextTick(callback),
    setTimer: (ms: number, callback: () => void) => {
      timers.push({ ms, callback })
      return { cancel: () => {} }
    },
  }
  const pass = (): number[] =>
    timers.splice(0).map(({ ms, callback }) => {
      callback()
      return ms
    })
  const acceptor = new WebSocketServer({ port: 0, host: "127.0.0.1", autoPong: false })
  const accepted = new Promise<WebSocket>((resolve) => acceptor.on("connection", resolve))
  await new Promise((resolve) => acceptor.once("listening", resolve))
  const socket = new WebSocket(`ws://127.0.0.1:${(acceptor.address() as AddressInfo).port}`)
  await new Promise((resolve) => socket.on("open", resolve))
  const silent = await accepted
  const transport = wsTransport(socket, { clock })
  const closed = new Promise<Error | undefined>((resolve) => {
    transport.readInto({ messages: () => {}, end: () => {}, close: resolve })
  })
  const pinged = new Promise((resolve) => silent.once("ping", resolve))
  expect(pass()).toEqual([30_000])
  await pinged
  const ponged = new Promise((resolve) => socket.once("pong", resolve))
  silent.pong()
  await ponged
  expect(pass()).toEqual([10_000])
  expect(socket.readyState).toBe(WebSocket.OPEN)
  expect([...pass(), ...pass(), ...pass()]).toEqual([30_000, 10_000, 0])
  expect(await closed).toMatchObject({ code: "transport-lost", message: expect.stringContaining("ping") })
  silent.terminate()
  acceptor.close()
})

test("a server finds out who is gone, and keeps who answers its pings", async () => {
  await using server = await start({ pingMs: 20, pongTimeoutMs: 100 })
  const [url] = server.addresses
  await using there = await openConnection(url, { websocket: { pingMs: Infinity } })
  const gone = new WebSocket(url, { autoPong: false })
  let pings = 0
  gone.on("ping", () => pings++)
  await new Promise((resolve) => gone.on("close", resolve))
  expect(pings).toBe(1)
  expect(await there.request("echo", [1])).toEqual([1])
})

test("several addresses of several kinds at once, each said with its real port; a scheme nobody knows is said so", async () => {
  await using server = await serve(handler(), {
    listen: ["tcp://127.0.0.1:0", "ws://127.0.0.1:0/rpc", "http://127.0.0.1:0"],
  })
  const shapes = [/^tcp:\/\/127\.0\.0\.1:\d+$/, /^ws:\/\/127\.0\.0\.1:\d+\/rpc$/, /^http:\/\/127\.0\.0\.1:\d+$/]
  expect(server.addresses).toEqual(shapes.map((shape) => expect.stringMatching(shape)))
  for (const address of server.addresses) {
    await using connection = await openConnection(address)
    expect(await connection.request("echo", [address])).toEqual([address])
  }
  await expect(openConnection("gopher://x")).rejects.toThrow(/gopher:.*tcp:\/\/, .*https:\/\//)
  await expect(serve(handler(), { listen: ["wss://127.0.0.1:0"] })).rejects.toThrow("certificate")
})

test("a server that is not there, and a wait that is cut short", async () => {
  await expect(openConnection("ws://127.0.0.1:1")).rejects.toMatchObject({ code: "connect" })
  await expect(openConnection("tls://127.0.0.1:1")).rejects.toMatchObject({ code: "connect" })
  const acceptor = createServer()
  await new Promise<void>((resolve) => acceptor.listen(0, "127.0.0.1", resolve))
  const { port } = acceptor.address() as AddressInfo
  const reason = new Error("enough")
  for (const scheme of ["ws", "wss", "tls"]) {
    const patience = new AbortController()
    const opening = openConnection(`${scheme}://127.0.0.1:${port}`, { signal: patience.signal })
    patience.abort(reason)
    await expect(opening).rejects.toBe(reason)
  }
  acceptor.close()
  acceptor.closeAllConnections()
})

test("with compression agreed on, and when a text is too long to be gathered, everything still arrives in order", async () => {
  const texts = ["a", "€".repeat(20_000), "b".repeat(126), "x".repeat(100_000), "c"]
  for (const perMessageDeflate of [false, { threshold: 0 }]) {
    const acceptor = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate })
    const accepted = new Promise<WebSocket>((resolve) => acceptor.on("connection", resolve))
    await new Promise((resolve) => acceptor.once("listening", resolve))
    const { port } = acceptor.address() as AddressInfo
    const dialled = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate })
    const sockets = [dialled, await accepted]
    await new Promise((resolve) => dialled.once("open", resolve))
    expect(dialled.extensions).toBe(perMessageDeflate === false ? "" : "permessage-deflate")
    const [near, far] = sockets.map((socket) => wsTransport(socket))
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      const got: Frame[] = []
      const all = new Promise<void>((resolve) => {
        const messages = (frames: readonly Frame[]): void => {
          got.push(...frames)
          if (got.length === texts.length) resolve()
        }
        to?.readInto({ messages, end: () => {}, close: () => {} })
      })
      for (const text of texts) from?.send(text)
      from?.flush()
      await all
      expect(got).toEqual(texts)
    }
    await Promise.all([near?.close(), far?.close()])
    acceptor.close()
  }
})
