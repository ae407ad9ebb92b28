import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { openConnection } from "../client/connect.ts"
import { fetchHandler, type FetchHandlerOptions } from "./fetch-handler.ts"
import type { ServeOptions } from "./options.ts"
import { requestHandler } from "./request-handler.ts"
import { serve } from "./serve.ts"

const handler = () =>
  requestHandler(({ method, connection }) => {
    if (method === "fail") throw new Error("the disk is full")
    return method === "callMe" ? connection.request("wait") : new Promise(() => {})
  })

async function served(options: Partial<ServeOptions>) {
  const world = virtualWorld()
  const there = world.host({ name: "there", ip: "10.9.9.9" })
  const here = world.host({ name: "here" })
  await world.runUntil(serve(handler(), { listen: ["tcp://10.9.9.9:7000"], runtime: there, ...options }))
  const dialled = openConnection("tcp://10.9.9.9:7000", { runtime: here, handler: () => new Promise(() => {}) })
  return { world, clock: here.clock, connection: await world.runUntil(dialled) }
}

async function fetched(method: string, options: FetchHandlerOptions): Promise<Response> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method })
  const headers = { "content-type": "application/json" }
  return fetchHandler(handler(), options)(new Request("http://127.0.0.1/", { method: "POST", headers, body }))
}

test("a server tells its clients what went wrong when it is told to, and else only where it stands", async () => {
  const open = await served({ exposeErrors: true })
  const told = { code: -32603, data: { message: "the disk is full" } }
  await expect(open.world.runUntil(open.connection.request("fail"))).rejects.toMatchObject(told)
  const { world, connection } = await served({})
  const error: unknown = await world.runUntil(connection.request("fail").catch((error: unknown) => error))
  expect(error).toMatchObject({ code: -32603, data: { reference: expect.any(String) as unknown } })
  expect(JSON.stringify((error as { data: unknown }).data)).not.toContain("disk")
})

test("the same over HTTP in a framework", async () => {
  expect(await (await fetched("fail", { exposeErrors: true })).json()).toMatchObject({
    error: { code: -32603, data: { message: "the disk is full" } },
  })
  expect(await (await fetched("fail", {})).text()).not.toContain("disk")
})

test("calls of a server to its clients end when its time is over", async () => {
  const { world, clock, connection } = await served({ timeoutMs: 250, exposeErrors: true })
  const before = clock.monotonic()
  const answer = connection.request("callMe", [], { timeoutMs: Infinity })
  await expect(world.runUntil(answer)).rejects.toMatchObject({
    code: -32603,
    data: { message: expect.stringContaining("did not answer") as string },
  })
  expect(clock.monotonic() - before).toBeGreaterThanOrEqual(250)
  expect(clock.monotonic() - before).toBeLessThan(1000)
})

test("a request by HTTP is given so long to be answered, then 503", async () => {
  const world = virtualWorld()
  const { clock } = world.host({ name: "there" })
  const before = clock.monotonic()
  expect((await world.runUntil(fetched("hang", { timeoutMs: 250, clock }))).status).toBe(503)
  expect(clock.monotonic() - before).toBe(250)
})
