import { request as httpRequest } from "node:http"
import { connect as connectSocket } from "node:net"
import { text as readAll } from "node:stream/consumers"
import { expect, test } from "vitest"
import { connect, ConnectError, contract, ListenError, method, number, router, serve } from "./index.ts"

const calculator = contract({
  add: method({
    params: [
      ["a", number],
      ["b", number],
    ],
    result: number,
  }),
})

function calculate() {
  const ran: number[][] = []
  const add = ([a, b]: [number, number]): number => {
    ran.push([a, b])
    return a + b
  }
  return { ran, handler: router(calculator, { add }) }
}

const start = (handler = calculate().handler) => serve(handler, { listen: ["tcp://127.0.0.1:0"] })
const portOf = (address: string | undefined): number => Number(new URL(address ?? "").port)

test("a client calls a server over TCP", async () => {
  await using server = await start()
  await using api = await connect(server.addresses[0] ?? "", calculator)
  expect(await api.add(1, 2)).toBe(3)
  const many = Array.from({ length: 1000 }, (_, i) => api.add(i, i))
  expect(await Promise.all(many)).toEqual(many.map((_, i) => 2 * i))
})

test("a client calls a server over a unix socket", async () => {
  const url = `unix:///tmp/dchat-jsonrpc-test-${process.pid}.sock`
  await using server = await serve(calculate().handler, { listen: [url] })
  expect(server.addresses).toEqual([url])
  await using api = await connect(url, calculator)
  expect(await api.add(1, 2)).toBe(3)
})

test("a message of a megabyte goes there and back", async () => {
  const echo = contract({
    echo: method({ params: [["value", { "~standard": anything }]], result: { "~standard": anything } }),
  })
  await using server = await serve(router(echo, { echo: ([value]) => value }), { listen: ["tcp://127.0.0.1:0"] })
  await using api = await connect(server.addresses[0] ?? "", echo)
  const big = "é€🙂x".repeat(100_000)
  expect(await api.echo(big)).toBe(big)
})

test.each(["/", "/a:b"])("a web page's POST to %s is cut off, and no method runs", async (path) => {
  const { ran, handler } = calculate()
  await using server = await start(handler)
  const failure = await new Promise<Error>((resolve, reject) => {
    const request = httpRequest({
      port: portOf(server.addresses[0]),
      path,
      method: "POST",
      headers: { "content-type": "text/plain" },
    })
    request.once("error", resolve)
    request.once("response", () => reject(new Error("it was answered")))
    request.end('{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}\n')
  })
  expect(failure.message).toMatch(/socket hang up|ECONNRESET/)
  expect(ran).toEqual([])
})

test("a program that ends its side after its line is answered, and then closed", async () => {
  await using server = await start()
  const socket = connectSocket(portOf(server.addresses[0]), "127.0.0.1")
  socket.end('{"jsonrpc":"2.0","id":"x","method":"add","params":[1,2]}')
  expect(JSON.parse(await readAll(socket))).toEqual({ jsonrpc: "2.0", id: "x", result: 3 })
})

test("a port that is taken, and a port where nobody listens, are said so in one line", async () => {
  await using server = await start()
  const url = server.addresses[0] ?? ""
  const taken = await serve(calculate().handler, { listen: [url] }).catch((error: unknown) => error)
  expect(taken).toBeInstanceOf(ListenError)
  expect((taken as Error).message).toContain(url)
  await server.stop()
  const nobody = await connect(url, calculator).catch((error: unknown) => error)
  expect(nobody).toBeInstanceOf(ConnectError)
  expect((nobody as Error).message).toContain(url)
})

/** The least that a foreign schema can be. */
const anything = {
  version: 1,
  vendor: "test",
  validate: (value: unknown) => ({ value: value as string }),
  types: undefined as { input: string; output: string } | undefined,
} as const
