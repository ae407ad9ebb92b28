import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { expect, test } from "vitest"
import { WebSocket } from "ws"
import { mount, requestHandler, serve } from "./index.ts"

const handler = () => requestHandler(() => "answer")
const call = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "x" })
const json = { "content-type": "application/json" }

async function post(url: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(url, { method: "POST", headers: json, body: call, ...init })
  await response.text()
  return response.status
}

/** Whether a WebSocket opens. */
function opens(url: string, origin?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, origin === undefined ? {} : { origin })
    socket.on("error", () => resolve(false))
    socket.on("open", () => {
      socket.close()
      resolve(true)
    })
  })
}

test("a server counts whom its listeners have turned away", async () => {
  const options = { maxBytes: 100, authorize: ({ url }: { url: string }) => !url.endsWith("?no") }
  const server = await serve(handler(), {
    listen: ["http://127.0.0.1:0", "ws://127.0.0.1:0"],
    http: options,
    websocket: { authorize: options.authorize },
  })
  const [http, ws] = server.addresses as [string, string]
  expect(await post(http)).toBe(200)
  expect(server.getCounters().refusedByListener).toBe(0)
  expect(await post(`${http}/?no`)).toBe(401)
  expect(await post(http, { headers: { ...json, origin: "https://evil.example" } })).toBe(403)
  expect(await post(http, { headers: { "content-type": "text/plain" } })).toBe(415)
  expect(await post(http, { body: "x".repeat(101) })).toBe(413)
  expect(server.getCounters().refusedByListener).toBe(4)
  expect(await opens(ws)).toBe(true)
  expect(await opens(ws, "https://evil.example")).toBe(false)
  expect(await opens(`${ws}/?no`)).toBe(false)
  expect(server.getCounters()).toMatchObject({ refusedByListener: 6, connectionsRefused: 0, connectionsAccepted: 2 })
  await server.stop()
})

test("also where it is mounted", async () => {
  const mounted = mount(handler())
  const server = createServer(mounted.onRequest)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  expect([await post(url), await post(url, { method: "PUT" })]).toEqual([200, 405])
  expect(mounted.server.getCounters()).toMatchObject({ refusedByListener: 1, connectionsAccepted: 1 })
  await mounted.server.stop()
  await new Promise((resolve) => server.close(resolve))
})
