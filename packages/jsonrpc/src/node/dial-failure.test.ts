import { createServer, type AddressInfo, type Socket } from "node:net"
import { expect, test } from "vitest"
import localhost from "./fixtures/localhost.json" with { type: "json" }
import { type JsonRpcError, openConnection, requestHandler, serve, type Server } from "./index.ts"

const handler = requestHandler(() => "answer")
const plain = ["tcp", "ws", "http"] as const
const secure = ["tls", "wss", "https"] as const

/** Why a call by this scheme to the port of a URL fails. */
async function failureOf(scheme: string, url: string): Promise<JsonRpcError & { sent: string }> {
  const connection = openConnection(url.replace(/^\w+/, scheme), { tls: { ca: localhost.cert } })
  return connection.then(
    (opened) => opened.request("x").then(unexpected, (error: unknown) => opened.close().then(() => error as never)),
    (error: unknown) => error as never,
  )
}

function unexpected(): never {
  throw new Error("it was answered")
}

function serving(scheme: string): Promise<Server> {
  return serve(handler, { listen: [`${scheme}://127.0.0.1:0`], tls: localhost })
}

test.each([...plain, ...secure])("%s to a port where nobody listens says what to do", async (scheme) => {
  expect(await failureOf(scheme, "x://127.0.0.1:1")).toMatchObject({
    sent: "no",
    message: expect.stringMatching(
      new RegExp(`cannot connect to ${scheme}://127.0.0.1:1: nothing listens there; start the other side, or check`),
    ) as string,
  })
})

test.each([...plain, ...secure])("%s to a host that there is not says so", async (scheme) => {
  const failure = await failureOf(scheme, "x://nowhere.invalid:1")
  expect(failure.message).toMatch(/there is no host of that name; check the spelling|does not answer/)
  expect(failure.sent).toBe("no")
})

test.each(secure)("%s to a port without TLS says that there is none, and nothing was sent", async (scheme) => {
  await using server = await serving("http")
  const failure = await failureOf(scheme, server.addresses[0])
  const other = { tls: "tcp", wss: "ws", https: "http" }[scheme]
  expect(failure.message).toContain(`it speaks no TLS; use ${other}://, or check the port`)
  expect(failure.sent).toBe("no")
})

test.each(["ws", "http"] as const)("%s to a port with TLS is told of %ss, and the server counts it", async (scheme) => {
  await using server = await serving("tls")
  const failure = await failureOf(scheme, server.addresses[0])
  expect(failure.message).toContain(`broke off without an answer: check the port; if it speaks TLS, use ${scheme}s://`)
  expect(server.getCounters().refusedByListener).toBe(1)
})

test("a kept connection that breaks is not taken for a wrong port", async () => {
  const sockets: Socket[] = []
  const reply = '{"jsonrpc":"2.0","id":1,"result":1}'
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.once("data", () => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${reply.length}\r\n\r\n${reply}`)
      socket.once("data", () => socket.destroy())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const connection = await openConnection(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  expect(await connection.request("x")).toBe(1)
  await expect(connection.request("x")).rejects.toMatchObject({
    sent: "maybe",
    message: expect.not.stringContaining("check the port") as string,
  })
  expect(sockets).toHaveLength(1)
  await connection.close()
  await new Promise((resolve) => server.close(resolve))
})

test.each(secure)("%s to a server that is not trusted names the option", async (scheme) => {
  await using server = await serving(scheme)
  const connection = openConnection(server.addresses[0])
  const failure: unknown = await connection.then(
    (opened) => opened.request("x").then(unexpected, (error: unknown) => opened.close().then(() => error)),
    (error: unknown) => error,
  )
  expect(failure).toMatchObject({ message: expect.stringContaining("as the option tls: { ca }") as string, sent: "no" })
})
