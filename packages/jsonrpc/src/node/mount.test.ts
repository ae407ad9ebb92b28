import { createServer, type RequestListener, type Server as HttpServer } from "node:http"
import { connect as connectSocket, type AddressInfo } from "node:net"
import { buffer, text as readAll } from "node:stream/consumers"
import { afterEach, expect, test } from "vitest"
import { mount, openConnection, requestHandler, type MountedServer } from "./index.ts"

const handler = () => requestHandler(({ method, params }) => (method === "hang" ? new Promise(() => {}) : params))
const json = { "content-type": "application/json" }
const call = '{"jsonrpc":"2.0","id":1,"method":"echo","params":["é"]}'

const servers: HttpServer[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

/** An HTTP server of one's own; `host:port` of it. */
async function listen(onRequest: RequestListener, host = "127.0.0.1"): Promise<{ server: HttpServer; at: string }> {
  const server = createServer(onRequest)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  return { server, at: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** As a router of a framework: JSON-RPC under /rpc, something else elsewhere. */
const routed =
  (rpc: MountedServer): RequestListener =>
  (request, response) => {
    if (request.url?.startsWith("/rpc") === true) rpc.onRequest(request, response)
    else response.end("a page")
  }

const post = (at: string, headers: Record<string, string> = {}, body = call) =>
  fetch(`http://${at}/rpc`, { method: "POST", headers: { ...json, ...headers }, body })

test("requests and WebSockets come in by a server that has other things to do, on the port that it listens on", async () => {
  const rpc = mount(handler())
  const { server, at } = await listen(routed(rpc))
  server.on("upgrade", rpc.onUpgrade)
  for (const url of [`http://${at}/rpc`, `ws://${at}/rpc`]) {
    await using connection = await openConnection(url)
    expect(await connection.request("echo", [url])).toEqual([url])
  }
  expect(await (await fetch(`http://${at}/`)).text()).toBe("a page")
  await rpc.server.stop()
})

test("its connections are known, and a stop ends them and leaves the rest of the server alone", async () => {
  const rpc = mount(handler(), { connectionLimit: 1 })
  const { server, at } = await listen(routed(rpc))
  server.on("upgrade", rpc.onUpgrade)
  const connection = await openConnection(`ws://${at}/rpc`)
  expect(await connection.request("echo", [1])).toEqual([1])
  expect(rpc.server.connections.size).toBe(1)
  expect(await (await post(at)).json()).toMatchObject({ error: { code: -32000 } })
  const hanging = connection.request("hang").catch((error: unknown) => error)
  await rpc.server.stop({ drainMs: 0 })
  expect(await hanging).toMatchObject({ code: "closed" })
  expect(rpc.server.connections.size).toBe(0)
  expect((await post(at)).status).toBe(503)
  expect(await (await fetch(`http://${at}/`)).text()).toBe("a page")
})

test("foreign pages are kept out wherever the server listens, when they come in by a loopback address", async () => {
  const rpc = mount(handler(), { websocket: { allowedOrigins: ["https://app.example"] } })
  const { server, at } = await listen(routed(rpc), "0.0.0.0")
  server.on("upgrade", rpc.onUpgrade)
  expect((await post(at, { origin: "https://evil.example" })).status).toBe(403)
  expect((await post(at, { origin: "http://localhost:5173" })).headers.get("access-control-allow-origin")).toBe(
    "http://localhost:5173",
  )
  const socket = (origin: string) => openConnection(`ws://${at}/rpc`, { websocket: { headers: { origin } } })
  await expect(socket("https://evil.example")).rejects.toThrow("403")
  await (await socket("https://app.example")).close()
  await rpc.server.stop()
})

test("a hook hears where they come from and what they want", async () => {
  const asked: string[] = []
  const authorize = ({ url, remote }: { url: string; remote: string }) => {
    asked.push(url, remote)
    return false
  }
  const rpc = mount(handler(), { http: { authorize }, websocket: { authorize } })
  const { server, at } = await listen(routed(rpc))
  server.on("upgrade", rpc.onUpgrade)
  expect((await post(at)).status).toBe(401)
  await expect(openConnection(`ws://${at}/rpc?token=x`)).rejects.toThrow("401")
  const from = (scheme: string): unknown => expect.stringMatching(`^${scheme}://127.0.0.1:\\d+$`)
  expect(asked).toEqual([`http://${at}/rpc`, from("http"), `ws://${at}/rpc?token=x`, from("ws")])
  await rpc.server.stop()
})

test("a body that something else has read already is told so, instead of waiting for ever", async () => {
  const rpc = mount(handler())
  const { at } = await listen((request, response) => {
    void buffer(request).then(() => rpc.onRequest(request, response))
  })
  const answer = await post(at)
  expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining("before what parses bodies")])
  await rpc.server.stop()
})

test("whoever asks before a body is sent hears 100 once, whether the server was told to ask us or not", async () => {
  const rpc = mount(handler())
  const { server, at } = await listen(rpc.onRequest)
  const ask = async (): Promise<string> => {
    const socket = connectSocket(Number(at.split(":")[1]), "127.0.0.1")
    const head = `POST / HTTP/1.1\r\nHost: ${at}\r\nContent-Type: application/json\r\nConnection: close\r\n`
    socket.write(`${head}Expect: 100-continue\r\nContent-Length: ${Buffer.byteLength(call)}\r\n\r\n${call}`)
    return readAll(socket)
  }
  expect((await ask()).match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 100", "HTTP/1.1 200"])
  server.on("checkContinue", rpc.onRequest)
  expect((await ask()).match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 100", "HTTP/1.1 200"])
  await rpc.server.stop()
})
