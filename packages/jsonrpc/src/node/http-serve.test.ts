import { expect, test } from "vitest"
import { requestHandler, serve, type NodeServeOptions } from "./index.ts"

const handler = () =>
  requestHandler(({ method }) => {
    if (method === "fail") throw new Error("the disk is full")
    return new Promise(() => {})
  })

async function call(method: string, options: Partial<NodeServeOptions>): Promise<{ status: number; text: string }> {
  const server = await serve(handler(), { listen: ["http://127.0.0.1:0"], ...options })
  try {
    const headers = { "content-type": "application/json" }
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method })
    const response = await fetch(server.addresses[0], { method: "POST", headers, body })
    return { status: response.status, text: await response.text() }
  } finally {
    await server.stop()
  }
}

test("what a server says of its connections holds for requests by HTTP", async () => {
  expect((await call("fail", { exposeErrors: true })).text).toContain("the disk is full")
  expect((await call("fail", {})).text).not.toContain("disk")
  expect(await call("hang", { timeoutMs: 1 })).toEqual({ status: 503, text: "" })
})
