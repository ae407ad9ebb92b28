import { connect as connectSocket } from "node:net"
import { text as readAll } from "node:stream/consumers"
import { expect, test } from "vitest"
import { WebSocket } from "ws"
import localhost from "./fixtures/localhost.json" with { type: "json" }
import { openConnection, requestHandler, serve, type NodeServeOptions } from "./index.ts"

const handler = () => requestHandler(({ params }) => params)

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = await serve(handler(), { listen: ["http://127.0.0.1:0"] })
  await server.stop()
  return Number(new URL(server.addresses[0]).port)
}

async function raw(url: string, text: string): Promise<string> {
  const socket = connectSocket(Number(new URL(url).port), "127.0.0.1")
  socket.write(text)
  return readAll(socket)
}

const start = (listen: NodeServeOptions["listen"], options: Partial<NodeServeOptions> = {}) =>
  serve(handler(), { ...options, listen })

test("HTTP and WebSocket share a port when their URLs name the same", async () => {
  const port = await freePort()
  await using server = await start([`http://127.0.0.1:${port}`, `ws://127.0.0.1:${port}`])
  expect(server.addresses).toEqual([`http://127.0.0.1:${port}`, `ws://127.0.0.1:${port}`])
  for (const address of server.addresses) {
    await using connection = await openConnection(address)
    expect(await connection.request("echo", [address])).toEqual([address])
  }
})

test("so do HTTPS and WSS, with one certificate, on paths of their own", async () => {
  const port = await freePort()
  const listen = [`https://127.0.0.1:${port}/rpc`, `wss://127.0.0.1:${port}/live`] as const
  await using server = await start(listen, { tls: localhost })
  for (const address of server.addresses) {
    await using connection = await openConnection(address, { tls: { ca: localhost.cert } })
    expect(await connection.request("echo", [1])).toEqual([1])
  }
  await expect(openConnection(`wss://127.0.0.1:${port}/rpc`, { tls: { ca: localhost.cert } })).rejects.toThrow("400")
  await expect(openConnection(`wss://127.0.0.1:${port}/x`, { tls: { ca: localhost.cert } })).rejects.toThrow("404")
})

test("port 0 is a port of its own each time", async () => {
  await using server = await start(["http://127.0.0.1:0", "ws://127.0.0.1:0"])
  const [http, websocket] = server.addresses.map((address) => new URL(address).port)
  expect(http).not.toBe(websocket)
})

test("a path is served once; then nothing is listened on, and the port is free again", async () => {
  const port = await freePort()
  const twice = start([`ws://127.0.0.1:${port}/a`, `http://127.0.0.1:${port}/a`, `ws://127.0.0.1:${port}/a`])
  await expect(twice).rejects.toMatchObject({ code: "listen", message: expect.stringContaining("already") })
  await using server = await start([`ws://127.0.0.1:${port}/a`, `ws://127.0.0.1:${port}/b`])
  expect(server.addresses).toEqual([`ws://127.0.0.1:${port}/a`, `ws://127.0.0.1:${port}/b`])
  await expect(start([`https://127.0.0.1:${port}`], { tls: localhost })).rejects.toMatchObject({ code: "listen" })
})

test("options that cannot be understood leave no port open", async () => {
  const port = await freePort()
  const http = { allowedOrigins: 7 as unknown as string[] }
  await expect(start([`http://127.0.0.1:${port}`], { http })).rejects.toThrow(TypeError)
  await using server = await start([`http://127.0.0.1:${port}`])
  expect(server.addresses).toEqual([`http://127.0.0.1:${port}`])
})

test("a plain request to what is for WebSocket only is told so", async () => {
  await using server = await start(["ws://127.0.0.1:0"])
  expect((await fetch(server.addresses[0].replace("ws:", "http:"))).status).toBe(426)
})

test("a stop closes what both share: nobody is listening then", async () => {
  const port = await freePort()
  const server = await start([`http://127.0.0.1:${port}`, `ws://127.0.0.1:${port}`])
  const socket = new WebSocket(`ws://127.0.0.1:${port}`)
  const closed = new Promise((resolve) => socket.on("close", resolve))
  await new Promise((resolve) => socket.on("open", resolve))
  await server.stop()
  await closed
  await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow("fetch failed")
})

test("who sends headers or a body too slowly is answered with 408 and closed, others are served meanwhile", async () => {
  await using server = await start(["http://127.0.0.1:0"], { http: { headersTimeoutMs: 40, requestTimeoutMs: 40 } })
  const [url] = server.addresses
  const silent = raw(url, "")
  const slowHeaders = raw(url, "POST / HTTP/1.1\r\nHost: localhost\r\nX-")
  const slowBody = raw(
    url,
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
  )
  await using connection = await openConnection(url)
  expect(await connection.request("echo", [1])).toEqual([1])
  for (const answer of [silent, slowHeaders, slowBody]) expect(await answer).toMatch(/^HTTP\/1\.1 408 /)
})

test("headers that are too long are answered with 431", async () => {
  await using server = await start(["http://127.0.0.1:0"], { http: { maxHeaderBytes: 1000 } })
  expect(await raw(server.addresses[0], `POST / HTTP/1.1\r\nX: ${"x".repeat(1000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  )
})

test("whoever asks first whether a body is wanted (Expect) hears 100 or the refusal, never both", async () => {
  await using server = await start(["http://127.0.0.1:0"], { http: { maxBytes: 1000 } })
  const [url] = server.addresses
  const ask = (length: number, type = "application/json"): string =>
    `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nExpect: 100-continue\r\n` +
    `Connection: close\r\nContent-Length: ${length}\r\n\r\n`
  expect(await raw(url, ask(1001))).toMatch(/^HTTP\/1\.1 413 /)
  expect(await raw(url, ask(10, "text/plain"))).toMatch(/^HTTP\/1\.1 415 /)
  const call = '{"jsonrpc":"2.0","id":1,"method":"echo","params":[]}'
  const socket = connectSocket(Number(new URL(url).port), "127.0.0.1")
  const told = new Promise((resolve) => socket.once("data", resolve))
  socket.write(ask(call.length))
  expect(String(await told)).toBe("HTTP/1.1 100 Continue\r\n\r\n")
  socket.write(call)
  expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 200 [^]*"result":\[\]/)
})

test("whoever sends a body that is too long without asking hears 413, too", async () => {
  await using server = await start(["http://127.0.0.1:0"], { http: { maxBytes: 1000 } })
  const headers = { "content-type": "application/json" }
  const body = " ".repeat(8_000_000)
  expect((await fetch(server.addresses[0], { method: "POST", headers, body })).status).toBe(413)
})

test("sockets that say nothing count, where there is a limit of connections", async () => {
  await using server = await start(["http://127.0.0.1:0"], { http: { maxConnections: 1 } })
  const [url] = server.addresses
  const silent = connectSocket(Number(new URL(url).port), "127.0.0.1")
  await new Promise((resolve) => silent.once("connect", resolve))
  expect(await raw(url, "")).toBe("")
  const gone = new Promise((resolve) => silent.once("close", resolve))
  silent.end("POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
  expect(await readAll(silent)).toMatch(/^HTTP\/1\.1 415 /)
  await gone
})

test.each(["http", "https", "ws", "wss", "tls", "tcp"])(
  "%s: a port in use is said so, with what to do",
  async (scheme) => {
    await using server = await start(["tcp://127.0.0.1:0"])
    const { port } = new URL(server.addresses[0])
    const listening = start([`${scheme}://127.0.0.1:${port}`], { tls: localhost })
    await expect(listening).rejects.toThrow(
      `cannot listen on ${scheme}://127.0.0.1:${port}: the port is in use; stop the other program or choose another port`,
    )
  },
)
