import { createServer, request as httpRequest, type IncomingMessage, type RequestOptions, type Server } from "node:http"
import { connect as connectSocket, type AddressInfo } from "node:net"
import { text as readAll } from "node:stream/consumers"
import { logTo, type LogRecord } from "@dchat/runtime"
import { nodeClock, nodeRuntime } from "@dchat/runtime/node"
import { afterEach, expect, test, vi } from "vitest"
import {
  ConnectError,
  Connection,
  darkfiDialect,
  DeliveryError,
  MethodNotFoundError,
  openConnection,
  requestHandler,
  serve,
} from "./index.ts"
import { fetchTransport } from "../browser/fetch.ts"

const handler = () =>
  requestHandler(({ method, params, connection }) => {
    if (method === "notifyMe") return connection.notify("news", [1]).then(() => "done")
    if (method !== "add") throw new MethodNotFoundError()
    const [a, b] = params as [number, number]
    return a + b
  })

const opened: { [Symbol.asyncDispose](): Promise<void> }[] = []

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each[Symbol.asyncDispose]()
})

async function start(options: Partial<Parameters<typeof serve>[1]> = {}): Promise<string> {
  const server = await serve(handler(), { listen: ["http://127.0.0.1:0"], ...options })
  opened.push(server)
  return server.addresses[0]
}

async function dial(url: string, options: Parameters<typeof openConnection>[1] = {}) {
  const connection = await openConnection(url, options)
  opened.push(connection)
  return connection
}

/** A request by hand. */
function ask(url: string, options: RequestOptions, body = ""): Promise<{ response: IncomingMessage; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method: "POST", agent: false, ...options }, (response) => {
      readAll(response).then((text) => resolve({ response, body: text }), reject)
    })
    request.on("error", reject)
    request.end(body)
  })
}

const json = { "content-type": "application/json" }
const add = '{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}'

/** A server that says what a test wants. */
async function odd(
  answer: (
    body: string,
    method: string | undefined,
  ) => { status: number; body: string; headers?: Record<string, string> },
): Promise<string> {
  const server: Server = createServer((request, response) => {
    void readAll(request).then((body) => {
      const said = answer(body, request.method)
      response.writeHead(said.status, said.headers).end(said.body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  opened.push({
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test("a client calls, batches and notifies over HTTP", async () => {
  const connection = await dial(await start())
  expect(await connection.request("add", [1, 2])).toBe(3)
  const many = Array.from({ length: 200 }, (_, n) => connection.request("add", [n, n]))
  expect(await Promise.all(many)).toEqual(many.map((_, n) => 2 * n))
  await expect(connection.request("nothing")).rejects.toBeInstanceOf(MethodNotFoundError)
  expect(await connection.batch([{ method: "add", params: [1, 1] }, { method: "nothing" }])).toEqual([
    { ok: true, value: 2 },
    { ok: false, error: expect.any(MethodNotFoundError) },
  ])
  await connection.notify("add", [1, 2])
  expect(await connection.request("notifyMe")).toBe("done")
})

test("what the server sends by itself has no way back: it is dropped, and the log says so", async () => {
  const dropped: LogRecord[] = []
  const log = logTo({ accepts: (level) => level === "debug", write: (record) => void dropped.push(record) })
  const url = await start({ runtime: { ...nodeRuntime(), log } })
  const connection = await dial(url)
  expect(await connection.request("notifyMe")).toBe("done")
  expect(dropped.map(({ message }) => message)).toEqual([
    "HTTP has no way back for what the server sends by itself: dropped",
  ])
  expect(dropped[0]?.fields["remote"]).toMatch(/^http:\/\/127\.0\.0\.1:/)
})

test("statuses: 200 for answers and errors alike, 204 for notifications, 400s for what is no call", async () => {
  const url = await start({ http: { maxBytes: 100 } })
  const status = async (options: RequestOptions, body = add) => (await ask(url, options, body)).response.statusCode
  const { response, body } = await ask(url, { headers: json }, add)
  expect([response.statusCode, response.headers["content-type"], JSON.parse(body)]).toEqual([
    200,
    "application/json",
    { jsonrpc: "2.0", id: 1, result: 3 },
  ])
  expect(await status({ headers: json }, "{")).toBe(200)
  expect(await status({ headers: json }, '{"jsonrpc":"2.0","method":"add","params":[1,2]}')).toBe(204)
  expect(await status({ headers: { "content-type": "application/json; charset=utf-8" } })).toBe(200)
  const got = await ask(url, { method: "GET" })
  expect([got.response.statusCode, got.response.headers.allow]).toEqual([405, "POST"])
  expect(await status({ headers: { "content-type": "text/plain" } })).toBe(415)
  expect(await status({})).toBe(415)
  const packed = await ask(url, { headers: { ...json, "content-encoding": "gzip" } }, add)
  expect([packed.response.statusCode, packed.body]).toEqual([415, expect.stringContaining("gzip")])
  expect(await status({ headers: { ...json, "content-encoding": "identity" } })).toBe(200)
  expect(await status({ headers: json }, " ".repeat(101))).toBe(413)
  expect(await status({ headers: { ...json, "transfer-encoding": "chunked" } }, " ".repeat(101))).toBe(413)
})

test("a page of another site cannot call, nor can one that has made the port look like its own", async () => {
  const url = await start()
  const { port } = new URL(url)
  const status = async (headers: Record<string, string>) =>
    (await ask(url, { headers: { ...json, ...headers } }, add)).response.statusCode
  expect(await status({ host: `rebound.example:${port}` })).toBe(403)
  expect(await status({ host: "127.0.0.1.evil.example" })).toBe(403)
  expect(await status({ host: "evil@127.0.0.1" })).toBe(403)
  expect(await status({ origin: "https://evil.example" })).toBe(403)
  expect(await status({ origin: "null" })).toBe(403)
  expect(await status({ origin: "http://localhost.evil.example" })).toBe(403)
  expect(await status({ host: `localhost:${port}`, origin: "http://localhost:3000" })).toBe(200)
  expect(await status({ host: "[::1]" })).toBe(200)
})

test("who may come in can be said by name, and by a hook", async () => {
  const url = await start({
    http: {
      allowedHosts: ["api.example"],
      allowedOrigins: ["https://app.example"],
      authorize: ({ headers }) => headers.get("authorization") === "Bearer x",
    },
  })
  const status = async (headers: Record<string, string>) =>
    (await ask(url, { headers: { ...json, authorization: "Bearer x", ...headers } }, add)).response.statusCode
  expect(await status({ host: "api.example:80", origin: "https://app.example" })).toBe(200)
  expect(await status({ host: "127.0.0.1" })).toBe(403)
  expect(await status({ host: "api.example", origin: "http://localhost" })).toBe(403)
  expect(await status({ host: "api.example", authorization: "no" })).toBe(401)
})

test("a page of an origin that is named may call from its browser, and reads why it was refused", async () => {
  const allowed = { allowedOrigins: ["https://app.example"], allowedHeaders: ["x-trace"] }
  const url = await start({
    http: { ...allowed, authorize: ({ headers }) => headers.get("authorization") === "Bearer x" },
  })
  const preflight = (origin: string) =>
    ask(url, { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } })
  const { response, body } = await preflight("https://app.example")
  expect([response.statusCode, body, response.headers]).toMatchObject([
    204,
    "",
    {
      "access-control-allow-origin": "https://app.example",
      "access-control-allow-methods": "POST",
      "access-control-allow-headers": "content-type, authorization, x-trace",
      "access-control-max-age": "7200",
      vary: "Origin",
    },
  ])
  const stranger = await preflight("https://evil.example")
  expect([stranger.response.statusCode, stranger.response.headers["access-control-allow-origin"]]).toEqual([
    403,
    undefined,
  ])
  const page = { ...json, origin: "https://app.example" }
  const called = async (headers: Record<string, string>) => (await ask(url, { headers }, add)).response
  for (const [headers, status] of [
    [{ ...page, authorization: "Bearer x" }, 200],
    [page, 401],
    [{ ...page, authorization: "Bearer x", "content-type": "text/plain" }, 415],
  ] as const) {
    const answer = await called(headers)
    expect([answer.statusCode, answer.headers["access-control-allow-origin"]]).toEqual([status, "https://app.example"])
  }
  const foreign = await called({ ...page, origin: "https://evil.example" })
  expect([foreign.statusCode, foreign.headers["access-control-allow-origin"]]).toEqual([403, undefined])
  expect((await ask(url, { method: "OPTIONS" })).response.statusCode).toBe(401)
})

test("headers may be a function, asked for each request", async () => {
  let token = 0
  const url = await start({ http: { authorize: ({ headers }) => headers.get("authorization") === `Bearer ${token}` } })
  const connection = await dial(url, {
    http: { headers: () => Promise.resolve({ authorization: `Bearer ${++token}` }) },
  })
  expect(await connection.request("add", [1, 2])).toBe(3)
  expect(await connection.request("add", [3, 4])).toBe(7)
  expect(token).toBe(2)
})

test("a JSON-RPC body counts whatever the status; any other body fails its own call only", async () => {
  const url = await odd((body) => {
    const { id, method } = JSON.parse(body) as { id: number; method: string }
    if (method === "html") return { status: 502, body: "<html>" }
    return { status: 400, body: JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message: "no" } }) }
  })
  const connection = await dial(url)
  await expect(connection.request("x")).rejects.toBeInstanceOf(MethodNotFoundError)
  const failure = (await connection.request("html").catch((error: unknown) => error)) as DeliveryError
  expect(failure).toBeInstanceOf(DeliveryError)
  expect([failure.sent, failure.message]).toEqual(["maybe", expect.stringContaining("502")])
  await expect(connection.request("x")).rejects.toBeInstanceOf(MethodNotFoundError)
})

test("nobody can subscribe over HTTP, where no item could follow, and hears so", async () => {
  const ticks = requestHandler((request) => void request.accept())
  const server = await serve(ticks, { listen: ["http://127.0.0.1:0", "ws://127.0.0.1:0"] })
  opened.push(server)
  const refusal = await ask(server.addresses[0], { headers: json }, add)
  expect(JSON.parse(refusal.body)).toMatchObject({
    error: { code: -32006, message: expect.stringContaining("ws://") as string },
  })
  const other = (await dial(server.addresses[1] as string)).subscribe("ticks")
  await expect(other.return()).resolves.toMatchObject({ done: true })
})

test("calls that wait for a socket fail when the connection closes, and those that were cancelled harm nobody", async () => {
  const asked: string[] = []
  const server = createServer((request) => void readAll(request).then((body) => asked.push(body)))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const connection = await dial(url, { http: { maxSockets: 1 } })
  const calls = ["a", "b", "c"].map((method) => connection.request(method).catch((error: unknown) => error))
  await vi.waitFor(() => expect(asked).toHaveLength(1))
  await connection.close()
  expect(await Promise.all(calls)).toMatchObject([{ code: "closed" }, { code: "closed" }, { code: "closed" }])
  const cut = new AbortController()
  const other = await dial(url, { http: { maxSockets: 1 } })
  const cancelled = ["d", "e"].map((method) => other.request(method, [], { signal: cut.signal }).catch(String))
  cut.abort()
  expect(await Promise.all(cancelled)).toHaveLength(2)
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

test("a call whose id is a text is told apart from others that are lost, and one of a server has no way to go", async () => {
  const handler = requestHandler(({ method, connection }) => {
    if (method === "callBack") void connection.request("back").catch(() => {})
    return method
  })
  const server = await serve(handler, { listen: ["http://127.0.0.1:0"] })
  opened.push(server)
  const connection = await dial(server.addresses[0], { ids: "texts" })
  expect(await Promise.all(["a", "callBack", "b"].map((name) => connection.request(name)))).toEqual([
    "a",
    "callBack",
    "b",
  ])
  const gone = await dial("http://127.0.0.1:1", { ids: "texts" })
  await expect(gone.request("x")).rejects.toMatchObject({ code: "delivery", sent: "no" })
})

test("a client does not ask for a subscription over HTTP: a server that gave one could send no item", async () => {
  let asked = 0
  const url = await odd(() => ({ status: 200, body: `{"jsonrpc":"2.0","id":${++asked},"result":1}` }))
  const connection = await dial(url)
  const subscription = connection.subscribe("ticks")
  await expect(subscription.accepted).rejects.toMatchObject({
    code: "delivery",
    sent: "no",
    message: `only answers come from ${url}; subscribe over a connection that stays, such as tcp:// or ws://`,
  })
  await expect(subscription.next()).rejects.toBeInstanceOf(DeliveryError)
  await expect((await dial(url, { dialect: darkfiDialect })).subscribe("ticks").next()).rejects.toThrow("only answers")
  expect(asked).toBe(0)
  expect(await connection.request("x")).toBe(1)
})

test("who is turned away hears why", async () => {
  const connection = await dial(await start({ http: { maxBytes: 100 } }))
  await expect(connection.request("add", ["x".repeat(100)])).rejects.toThrow(/413.*longer than 100 bytes/)
  await expect((await dial(await odd(() => ({ status: 502, body: "<html>" })))).request("x")).rejects.toThrow(
    /message$/,
  )
})

test("a redirect is not followed, and the error names where it leads", async () => {
  const url = await odd(() => ({ status: 308, body: "{}", headers: { location: "/v2/rpc" } }))
  const overHttp = await dial(url)
  const failure = (await overHttp.request("x").catch((error: unknown) => error)) as DeliveryError
  expect([failure.code, failure.message]).toEqual([
    "delivery",
    expect.stringContaining(`308: ${url} sends on to ${url}/v2/rpc`),
  ])
  const websocket = openConnection(url.replace("http:", "ws:"))
  await expect(websocket).rejects.toMatchObject({ code: "connect", message: expect.stringContaining("/v2/rpc") })
  const page = await odd(() => ({ status: 200, body: "a page" }))
  await expect(openConnection(page.replace("http:", "ws:"))).rejects.toThrow("HTTP status 200")
})

test.each([301, 302, 303, 307, 308])("nor does fetchTransport follow one, of status %d", async (status) => {
  const methods: (string | undefined)[] = []
  const url = await odd((_body, method) => {
    methods.push(method)
    return { status, body: '{"jsonrpc":"2.0","id":1,"result":1}', headers: { location: "/rpc" } }
  })
  const connection = new Connection(fetchTransport(url))
  opened.push(connection)
  await expect(connection.request("x")).rejects.toMatchObject({
    code: "delivery",
    message: expect.stringContaining(`${url} sends on to another address; use that one`) as string,
  })
  expect(methods).toEqual(["POST"])
})

test("when nobody listens, the call fails and is known not to have been sent", async () => {
  const connection = await dial("http://127.0.0.1:1")
  const failure = (await connection.request("x").catch((error: unknown) => error)) as DeliveryError
  expect([failure.sent, failure.cause]).toEqual(["no", expect.any(ConnectError)])
})

test("a path in the URL is the only one that is served", async () => {
  const url = await start({ listen: ["http://127.0.0.1:0/rpc"] })
  expect(url).toMatch(/\/rpc$/)
  expect((await ask(url, { headers: json }, add)).response.statusCode).toBe(200)
  expect((await ask(url.replace("/rpc", "/"), { headers: json }, add)).response.statusCode).toBe(404)
})

test("what is no HTTP is answered with the status that says so, and the server lives on", async () => {
  const url = await start()
  const raw = (text: string): Promise<string> => {
    const socket = connectSocket(Number(new URL(url).port), "127.0.0.1")
    socket.write(text)
    return readAll(socket)
  }
  expect(await raw("what is this?\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /)
  expect(await raw(`POST / HTTP/1.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /)
  expect((await ask(url, { headers: json }, add)).response.statusCode).toBe(200)
})

test("a request without a Host header is let in only where that is said", async () => {
  const raw = async (url: string): Promise<string> => {
    const socket = connectSocket(Number(new URL(url).port), "127.0.0.1")
    socket.write(`POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: ${add.length}\r\n`)
    socket.end(`Connection: close\r\n\r\n${add}`)
    return readAll(socket)
  }
  expect(await raw(await start())).toMatch(/^HTTP\/1\.1 400/)
  expect(await raw(await start({ http: { withoutHost: true } }))).toMatch(/^HTTP\/1\.1 200[^]*"result":3/)
})

test("a stop answers what is in flight and then keeps no connection", async () => {
  let finish!: (value: number) => void
  const slow = requestHandler(() => new Promise<number>((resolve) => (finish = resolve)))
  const server = await serve(slow, { listen: ["http://127.0.0.1:0"] })
  const asked = ask(server.addresses[0], { headers: json, agent: undefined }, add)
  while (slow.connections.size === 0) await new Promise((resolve) => nodeClock.setTimer(1, () => resolve(undefined)))
  const stopped = server.stop()
  finish(7)
  const { response, body } = await asked
  expect([JSON.parse(body).result, response.headers.connection]).toEqual([7, "close"])
  await stopped
})
