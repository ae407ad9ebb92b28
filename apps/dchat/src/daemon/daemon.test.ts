import { P2p, SESSION_DEFAULT } from "@dchat/net"
import type { VirtualHost } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { Failure } from "../cli/failure.ts"
import { ipOf, VirtualChat } from "../testing/virtual-chat.test-kit.ts"
import { DchatMsg } from "./dchat-msg.ts"

/** Sends text to the RPC port of a host and gives all that comes back within a second. */
async function exchange(chat: VirtualChat, host: VirtualHost, text: string): Promise<string> {
  const stream = await chat.world.runUntil(host.network.connect({ kind: "tcp", host: ipOf(host), port: 51054 }))
  const decoder = new TextDecoder()
  let received = ""
  stream.readInto({ data: (chunk) => void (received += decoder.decode(chunk)), end: () => {}, close: () => {} })
  stream.write(new TextEncoder().encode(text))
  await chat.world.advance(1000)
  await chat.world.runUntil(stream.close())
  return received
}

/** A node of the network that is no daemon, connected to one. */
async function stranger(chat: VirtualChat, daemonHost: VirtualHost): Promise<P2p> {
  const host = chat.host("stranger")
  const settings = {
    appName: "dchatd",
    appVersion: { major: 0n, minor: 4n, patch: 1n, pre: "", build: "" },
    localnet: true,
    activeProfiles: ["tcp"],
    peers: [`tcp://${ipOf(daemonHost)}:51554`],
  }
  const p2p = await P2p.create(settings, { runtime: host })
  p2p.protocols.register(SESSION_DEFAULT, (channel) => ({
    name: "listener",
    start: () => channel.register(DchatMsg),
  }))
  await chat.world.runUntil(p2p.start())
  void p2p.run()
  await chat.world.advance(100)
  return p2p
}

const INVALID = { error: { code: -32602, message: "invalid params" } }

test.each([
  ["a ping", "ping", [], { result: "pong" }],
  ["a ping with surplus parameters", "ping", [1, "x"], { result: "pong" }],
  ["a ping with an object", "ping", { a: 1 }, { result: "pong" }],
  ["a ping without parameters", "ping", undefined, { result: "pong" }],
  ["recv", "recv", [], { result: [""] }],
  ["recv with surplus parameters", "recv", { a: 1 }, { result: [""] }],
  ["p2p.get_info", "p2p.get_info", ["x"], { result: { channels: [], outbound_slots: expect.any(Array) as unknown } }],
  ["send", "send", ["hi"], { result: true }],
  ["send with surplus parameters", "send", ["hi", 1, null], { result: true }],
  ["send by name", "send", { text: "hi" }, { result: true }],
  ["send without a text", "send", [], INVALID],
  ["send with a number", "send", [1], INVALID],
  ["send with null", "send", [null], INVALID],
  ["send with a list", "send", [["hi"]], INVALID],
  ["send with an empty object", "send", {}, INVALID],
  ["send without parameters", "send", undefined, INVALID],
  ["send with half a surrogate pair", "send", ["\ud800"], INVALID],
  ["send with too long a text", "send", ["x".repeat(1024 * 1024 + 1)], INVALID],
  ["chat.messages without a number", "chat.messages", [], INVALID],
  ["chat.messages with a fraction", "chat.messages", [0.5], INVALID],
  ["chat.messages", "chat.messages", [-1], { result: [{ number: 0, time: 0, text: "", peer: "", session: "" }] }],
  ["dnet.switch true", "dnet.switch", [true], { result: true }],
  ["dnet.switch false, though it was not on", "dnet.switch", [false], { result: true }],
  ["dnet.switch []", "dnet.switch", [], INVALID],
  ["dnet.switch a string", "dnet.switch", ["x"], INVALID],
  ["dnet.switch with surplus parameters", "dnet.switch", [true, true], INVALID],
  ["dnet.subscribe_events with a param", "dnet.subscribe_events", [1], INVALID],
  ["a method that is not there", "Ping", [], { error: { code: -32601, message: "method not found" } }],
])("%s is answered as it should be", async (_, method, params, answer) => {
  await using chat = new VirtualChat()
  const host = chat.host("alice")
  await chat.daemon(host)
  const reply = await exchange(chat, host, `${JSON.stringify({ jsonrpc: "2.0", id: "42", method, params })}\n`)
  expect(reply.endsWith("\r\n")).toBe(true)
  expect(JSON.parse(reply)).toEqual({ jsonrpc: "2.0", id: 42, ...answer })
})

test.each([
  ["send", [1], "send was called with params that do not fit: text: expected string, got number"],
  ["send", ["\ud800"], "send was called with params that do not fit: the text has half of a surrogate pair"],
  ["dnet.switch", [], "dnet.switch was called with params that do not fit: on: expected boolean, got nothing"],
  ["ping", [1], undefined],
])(
  "why the params of %s are not valid stands in the log, for who asks for more of it",
  async (method, params, line) => {
    await using chat = new VirtualChat()
    const host = chat.host("alice")
    await chat.daemon(host)
    await exchange(chat, host, `${JSON.stringify({ jsonrpc: "2.0", id: 1, method, params })}\n`)
    const said = chat.log.records.filter(({ name, level }) => name === "alice:rpc" && level === "debug")
    expect(said.map(({ message }) => message)).toEqual(line === undefined ? [] : [line])
  },
)

test("methods are disabled and enabled while it runs", async () => {
  await using chat = new VirtualChat()
  const host = chat.host("alice")
  const daemon = await chat.daemon(host, { rpc: { disabledMethods: ["recv"] } })
  const call = (method: string): Promise<string> =>
    exchange(chat, host, `${JSON.stringify({ jsonrpc: "2.0", id: 1, method })}\n`)
  expect([await call("recv"), await call("ping")]).toEqual([
    expect.stringContaining("method not found"),
    expect.stringContaining("pong"),
  ])
  daemon.reload({ net: {}, disabledMethods: ["ping"] })
  expect([await call("recv"), await call("ping")]).toEqual([
    expect.stringContaining('[""]'),
    expect.stringContaining("method not found"),
  ])
})

test("an HTTP request at the RPC port is hung up on, and its body is not read", async () => {
  await using chat = new VirtualChat()
  const host = chat.host("alice")
  await chat.daemon(host)
  const body = `{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}\n`
  expect(await exchange(chat, host, `POST / HTTP/1.1\r\nHost: x\r\n\r\n${body}`)).toBe("")
})

test("who follows is answered when a message comes, or with none after a while", async () => {
  await using chat = new VirtualChat()
  const host = chat.host("alice")
  await chat.daemon(host)
  const peer = await stranger(chat, host)
  const call = `{"jsonrpc":"2.0","id":1,"method":"chat.messages","params":[0]}\n`
  expect(await exchange(chat, host, call)).toBe("")
  void peer.broadcast(DchatMsg, { msg: "hi" })
  expect(JSON.parse(await exchange(chat, host, call))).toMatchObject({ result: [{ number: 1, text: "hi" }] })
  await chat.world.runUntil(peer.stop())
})

test("a message that is too long is dropped, and its sender is not banned", async () => {
  await using chat = new VirtualChat()
  const host = chat.host("alice")
  await chat.daemon(host)
  const peer = await stranger(chat, host)
  for (const msg of ["x".repeat(1024 * 1024 + 1), "x".repeat(1024 * 1024), "short"]) {
    expect(await peer.broadcast(DchatMsg, { msg })).toEqual({ nodes: 1, sent: 1, refused: 0 })
  }
  await chat.world.advance(1000)
  const reply = await exchange(chat, host, `{"jsonrpc":"2.0","id":1,"method":"recv"}\n`)
  expect((JSON.parse(reply) as { result: string[] }).result).toEqual(["", "x".repeat(1024 * 1024), "short"])
  expect(chat.log.records).toContainEqual(
    expect.objectContaining({ level: "warn", message: expect.stringMatching(/^dropped a message of tcp:/) as string }),
  )
  await chat.world.runUntil(peer.stop())
})

test("it says when its JSON-RPC server starts and stops", async () => {
  await using chat = new VirtualChat()
  const host = chat.host("alice")
  const daemon = await chat.daemon(host)
  await chat.world.runUntil(daemon.stop())
  const said = chat.log.records.filter(({ name, level }) => name === "alice" && level === "info")
  expect(said.map(({ message }) => message)).toEqual([
    `Starting JSON-RPC server on port tcp://${ipOf(host)}:51054`,
    "Stopping JSON-RPC server",
  ])
})

test("it warns when other computers can reach its JSON-RPC server", async () => {
  await using chat = new VirtualChat()
  const host = chat.host("alice")
  await chat.daemon(host)
  expect(chat.log.records.filter(({ level }) => level === "warn").map(({ message }) => message)).toEqual([
    `Whoever can reach tcp://${ipOf(host)}:51054 can read and write in your name: nobody is asked for a password`,
  ])
})

test("after it has stopped both its ports are free, and a second stop does nothing", async () => {
  await using chat = new VirtualChat()
  const host = chat.host("alice")
  const daemon = await chat.daemon(host)
  await chat.world.runUntil(Promise.all([daemon.stop(), daemon.stop()]))
  await chat.world.runUntil(daemon.stop())
  await chat.daemon(host)
  expect(await exchange(chat, host, `{"jsonrpc":"2.0","id":1,"method":"ping"}\n`)).toContain("pong")
})

test.each([
  [51054, "JSON-RPC"],
  [51554, "peers"],
])("when port %i is taken it fails with a line that says so, and leaves nothing open", async (port, forWhom) => {
  await using chat = new VirtualChat()
  const host = chat.host("alice")
  const squatter = await host.network.listen({ kind: "tcp", host: ipOf(host), port })
  const failure = await chat.daemon(host).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(Failure)
  expect((failure as Failure).message).toBe(
    `${forWhom}: cannot listen on ${ipOf(host)}:${port}: the port is in use; stop the other program or choose another port`,
  )
  await chat.world.runUntil(squatter.close())
  await chat.stopAll()
  await chat.daemon(host)
})

test("it can be stopped while a seed keeps it waiting", async () => {
  await using chat = new VirtualChat()
  const host = chat.host("alice")
  const silent = chat.host("silent")
  const seed = await silent.network.listen({ kind: "tcp", host: ipOf(silent), port: 1 })
  const daemon = await chat.newDaemon(host, { net: { seeds: [`tcp://${ipOf(silent)}:1/`] } })
  const stop = new AbortController()
  const starting = daemon.start({ signal: stop.signal })
  starting.catch(() => {})
  await chat.world.advance(1000)
  const before = chat.world.now
  stop.abort(new Error("enough"))
  await expect(chat.world.runUntil(starting)).rejects.toThrow()
  await chat.stopAll()
  expect(chat.world.now - before).toBeLessThan(2000)
  await chat.world.runUntil(seed.close())
})

test("a peer that is not there is told of and tried again, until it is there", async () => {
  await using chat = new VirtualChat()
  const host = chat.host("alice")
  const late = chat.host("late")
  await chat.daemon(host, { net: { peers: [`tcp://${ipOf(late)}:51554/`] } })
  await chat.world.advance(20_000)
  const said = () => chat.log.records.map(({ level, message }) => `${level}: ${message}`)
  const attempts = () => said().filter((line) => line.startsWith(`info: No connection to tcp://${ipOf(late)}:51554/: `))
  expect(attempts()).toHaveLength(1)
  await chat.daemon(late)
  await chat.world.advance(20_000)
  expect(said()).toContain(`info: Connected to tcp://${ipOf(late)}:51554/ (manual)`)
})

test("a daemon that was never started can be stopped", async () => {
  await using chat = new VirtualChat()
  const daemon = await chat.newDaemon(chat.host("alice"))
  await chat.world.runUntil(daemon.stop())
  expect(chat.log.records).toEqual([])
})
