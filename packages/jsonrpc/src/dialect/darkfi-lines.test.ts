import type { ByteStream } from "@dchat/runtime"
import { virtualWorld, type VirtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { connect } from "../client/connect.ts"
import { contract } from "../contract/contract.ts"
import { method } from "../contract/definition.ts"
import { boolean, list, literal, object, string, unknown } from "../contract/schema.ts"
import { subscription } from "../contract/subscription.ts"
import { newlineFraming } from "../framing/newline.ts"
import { router, type Handlers } from "../server/router.ts"
import { serve } from "../server/serve.ts"
import requests from "../vectors/darkfi-http.json" with { type: "json" }
import lines from "../vectors/darkfi-lines.json" with { type: "json" }
import { darkfiHttpDialers, darkfiHttpFraming, darkfiHttpListeners } from "./darkfi-http.ts"
import { darkfiDialect } from "./darkfi.ts"

/** The methods of the daemon that was recorded, as far as the lines call them. */
const daemon = contract({
  send: method({ params: [["text", string]], result: boolean, surplus: "ignore" }),
  recv: method({ result: list(string), surplus: "ignore" }),
  ping: method({ result: literal("pong"), surplus: "ignore" }),
  "p2p.get_info": method({
    result: object({ channels: list(unknown), outbound_slots: list(unknown) }),
    surplus: "ignore",
  }),
  "dnet.switch": method({ params: [["on", boolean]], result: boolean }),
  "dnet.subscribe_events": subscription({ item: unknown }),
})

const plain: Handlers<(typeof daemon)["definitions"]> = {
  send: () => true,
  recv: () => [""],
  ping: () => "pong" as const,
  "p2p.get_info": () => ({ channels: [], outbound_slots: [] }),
  "dnet.switch": () => true,
  "dnet.subscribe_events": (_, pending) => void pending.accept(),
}

const handler = router(daemon, plain)

test.each(lines.cases)("$name (the reference $reference)", async (line) => {
  const world = virtualWorld()
  const host = world.host({ name: "daemon" })
  const server = await world.runUntil(
    serve(handler, {
      listen: ["tcp://127.0.0.1:51054"],
      runtime: host,
      dialect: darkfiDialect,
      framing: newlineFraming({ eol: "\r\n" }),
      disabledMethods: line.name === "disabled method" ? ["p2p.get_info"] : [],
    }),
  )
  const stream = await world.runUntil(host.network.connect({ kind: "tcp", host: "127.0.0.1", port: 51054 }))
  let received = ""
  let isClosed = false
  stream.readInto({
    data: (chunk) => (received += new TextDecoder().decode(chunk)),
    end: () => (isClosed = true),
    close: () => (isClosed = true),
  })
  for (const part of line.sent) await write(world, stream, bytesOf(part))
  if (line.name.startsWith("end of stream")) stream.end()
  await world.advance(200)

  const replies = received.split("\r\n").filter((text) => text !== "")
  expect(replies.map((text) => JSON.parse(text) as unknown)).toEqual(line.replies)
  expect(received === "" || received.endsWith("\r\n")).toBe(true)
  expect(isClosed).toBe(line.closes)
  void stream.close()
  await world.runUntil(server.stop())
})

test.each(requests.cases)("HTTP: $name (the reference $reference)", async (exchange) => {
  const world = virtualWorld()
  const host = world.host({ name: "daemon" })
  const server = await world.runUntil(
    serve(handler, {
      listen: ["http+tcp://127.0.0.1:51054"],
      schemes: darkfiHttpListeners(host.network),
      runtime: host,
      dialect: darkfiDialect,
    }),
  )
  expect(server.addresses).toEqual(["http+tcp://127.0.0.1:51054"])
  const stream = await world.runUntil(host.network.connect({ kind: "tcp", host: "127.0.0.1", port: 51054 }))
  let received = ""
  let isClosed = false
  stream.readInto({
    data: (chunk) => (received += new TextDecoder().decode(chunk)),
    end: () => (isClosed = true),
    close: () => (isClosed = true),
  })
  for (const part of exchange.sent) await write(world, stream, bytesOf(part))
  await world.advance(200)
  expect(responses(received)).toEqual(exchange.replies)
  expect(isClosed).toBe(exchange.closes)
  void stream.close()
  await world.runUntil(server.stop())
})

function responses(text: string): unknown[] {
  const found: unknown[] = []
  for (let rest = text; rest !== "";) {
    const [head = ""] = rest.split("\r\n\r\n", 1)
    const [status, length, type] = head.split("\r\n")
    expect(type).toBe("Content-Type: application/json")
    const start = head.length + 4
    const end = start + Number(length?.replace("Content-Length: ", ""))
    found.push({ status, body: JSON.parse(rest.slice(start, end)) as unknown })
    rest = rest.slice(end)
  }
  return found
}

const post = (...headers: string[]): string =>
  ["POST /json_rpc HTTP/1.1", "Content-Length: 2", ...headers, "", "{}"].join("\r\n")

test.each([
  ["no Host, as the reference's client", post(), 1],
  ["this computer's name", post("Host: localhost:1", "Origin: http://127.0.0.1:5173"), 1],
  ["another name for this computer: DNS rebinding", post("Host: evil.example"), "http-request"],
  ["a page from elsewhere", post("Host: localhost", "Origin: https://evil.example"), "http-request"],
  ["no length", "POST / HTTP/1.1\r\n\r\n", "bad-header"],
  ["a length that is none", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "bad-header"],
  ["two lengths", post("content-length: 3"), "bad-header"],
  ["too much", "POST / HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n", "message-too-long"],
  ["a head without end", `POST / HTTP/1.1\r\nX: ${"x".repeat(10_000)}`, "bad-header"],
])("HTTP: %s", (_, text, expected) => {
  for (const size of [1, 7, text.length]) {
    const decoder = darkfiHttpFraming({ role: "server" }).decoder()
    const bytes = new TextEncoder().encode(text)
    const frames: unknown[] = []
    for (let at = 0; at < bytes.length; at += size) frames.push(...decoder.push(bytes.subarray(at, at + size)))
    expect(decoder.failure?.code ?? frames.length).toBe(expected)
  }
})

test("a client calls a server in DarkFi's HTTP mode, and subscribes", async () => {
  const world = virtualWorld()
  const host = world.host({ name: "daemon" })
  const events = router(daemon, {
    ...plain,
    async *"dnet.subscribe_events"() {
      yield { event: "send" }
    },
  })
  const options = { runtime: host, dialect: darkfiDialect }
  const listen = ["http+tcp://127.0.0.1:51054"] as const
  const server = await world.runUntil(
    serve(events, { listen: [...listen], schemes: darkfiHttpListeners(host.network), ...options }),
  )
  const schemes = darkfiHttpDialers(host.network)
  const api = await world.runUntil(connect(listen[0], daemon, { schemes, ...options }))
  expect(await world.runUntil(api.ping())).toBe("pong")
  await expect(world.runUntil(api.$call("nope"))).rejects.toMatchObject({ code: -32601 })
  expect(await world.runUntil(api["dnet.subscribe_events"]().next())).toEqual({ done: false, value: { event: "send" } })
  await world.runUntil(api.close())
  await world.runUntil(server.stop())
})

type Part = string | { hex?: string; repeat?: string; times?: number }

function bytesOf(part: Part): Uint8Array {
  if (typeof part === "string") return new TextEncoder().encode(part)
  const { hex, repeat = "", times = 0 } = part
  return hex === undefined ? new TextEncoder().encode(repeat.repeat(times)) : Uint8Array.from(Buffer.from(hex, "hex"))
}

async function write(world: VirtualWorld, stream: ByteStream, bytes: Uint8Array): Promise<void> {
  stream.write(bytes)
  stream.flush()
  await world.advance(5)
}
