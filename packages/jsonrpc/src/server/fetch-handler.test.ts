import { expect, test } from "vitest"
import { newCounters } from "../connection/counters.ts"
import { fetchHandler, type FetchHandlerOptions } from "./fetch-handler.ts"
import { requestHandler } from "./request-handler.ts"

const handler = requestHandler(({ method, params }) => (method === "hang" ? new Promise(() => {}) : params))
const json = { "content-type": "application/json" }
const call = '{"jsonrpc":"2.0","id":"a","method":"echo","params":[1]}'

function post(body: string, init: RequestInit = {}, options: FetchHandlerOptions = {}): Promise<Response> {
  const request = new Request("http://127.0.0.1:8080/rpc", { method: "POST", headers: json, body, ...init })
  return fetchHandler(handler, options)(request)
}

test("a request is answered with 200, a notification with 204, a broken text with an error and 200", async () => {
  const answered = await post(call)
  expect([answered.status, answered.headers.get("content-type")]).toEqual([200, "application/json"])
  expect(await answered.json()).toEqual({ jsonrpc: "2.0", id: "a", result: [1] })
  const told = await post('{"jsonrpc":"2.0","method":"echo"}')
  expect([told.status, await told.text()]).toEqual([204, ""])
  const broken = await post("{")
  expect([broken.status, await broken.json()]).toMatchObject([200, { id: null, error: { code: -32700 } }])
  const batch = await post(`[${call},${call}]`)
  expect(await batch.json()).toHaveLength(2)
  expect([...handler.connections]).toEqual([])
})

test("what is no call is turned away", async () => {
  const get = await fetchHandler(handler)(new Request("http://127.0.0.1/"))
  expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"])
  expect((await post(call, { headers: { "content-type": "text/plain" } })).status).toBe(415)
  const packed = { "content-type": "application/json", "content-encoding": "gzip" }
  expect((await post(call, { headers: packed })).status).toBe(415)
  expect((await post(call, {}, { maxBytes: 10 })).status).toBe(413)
  expect((await post(call, { headers: { ...json, origin: "https://evil.example" } })).status).toBe(403)
  expect((await post(call, {}, { allowedHosts: ["api.example"] })).status).toBe(403)
  expect((await post(call, {}, { authorize: () => Promise.reject(new Error("no")) })).status).toBe(401)
  expect((await post(call, {}, { authorize: () => true })).status).toBe(200)
})

test("what a request may cost is bounded, and counted where one likes", async () => {
  const counters = newCounters()
  const batch = `[${call},${call},{"jsonrpc":"2.0","id":"b","method":"echo","params":["${"x".repeat(500)}"]}]`
  const answered = await post(batch, {}, { limits: { maxSendBytes: 500 }, counters })
  expect(await answered.json()).toMatchObject([{ result: [1] }, { result: [1] }, { id: "b", error: { code: -32008 } }])
  expect(counters.repliesTooLong).toBe(1)
})

test("a caller that goes, or a stop, ends a request that hangs", async () => {
  const patience = new AbortController()
  const hanging = post('{"jsonrpc":"2.0","id":1,"method":"hang"}', { signal: patience.signal })
  await new Promise((resolve) => process.nextTick(resolve))
  patience.abort()
  expect((await hanging).status).toBe(503)
  const stopped = post('{"jsonrpc":"2.0","id":1,"method":"hang"}')
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  await new Promise((resolve) => process.nextTick(resolve))
  await handler.stopConnections()
  expect((await stopped).status).toBe(503)
})

test("a page of an origin that is named is told that it may call, and reads refusals; others learn nothing", async () => {
  const options: FetchHandlerOptions = {
    allowedOrigins: ["https://app.example"],
    allowedHeaders: ["x-trace"],
    authorize: ({ headers }) => headers.get("authorization") === "Bearer x",
  }
  const page = { ...json, origin: "https://app.example" }
  const ask = (origin: string) => {
    const headers = { origin, "access-control-request-method": "POST", "access-control-request-headers": "x-trace" }
    return fetchHandler(handler, options)(new Request("http://127.0.0.1/rpc", { method: "OPTIONS", headers }))
  }
  const asked = await ask("https://app.example")
  expect([asked.status, Object.fromEntries(asked.headers)]).toMatchObject([
    204,
    {
      "access-control-allow-origin": "https://app.example",
      "access-control-allow-headers": "content-type, authorization, x-trace",
    },
  ])
  const strange = await ask("https://evil.example")
  expect([strange.status, strange.headers.get("access-control-allow-origin")]).toEqual([403, null])
  const answered = await post(call, { headers: { ...page, authorization: "Bearer x" } }, options)
  expect([answered.status, answered.headers.get("access-control-allow-origin"), answered.headers.get("vary")]).toEqual([
    200,
    "https://app.example",
    "Origin",
  ])
  const refused = await post(call, { headers: page }, options)
  expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([401, "https://app.example"])
})
