import type { ByteStream } from "@dchat/runtime"
import { virtualWorld, type VirtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { contract } from "../contract/contract.ts"
import { method } from "../contract/definition.ts"
import { boolean, list, literal, object, string, unknown } from "../contract/schema.ts"
import { newlineFraming } from "../framing/newline.ts"
import { router } from "../server/router.ts"
import { serve } from "../server/serve.ts"
import lines from "../vectors/darkfi-lines.json" with { type: "json" }
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
  "dnet.subscribe_events": method(),
})

const handler = router(daemon, {
  send: () => true,
  recv: () => [""],
  ping: () => "pong" as const,
  "p2p.get_info": () => ({ channels: [], outbound_slots: [] }),
  "dnet.switch": () => true,
  "dnet.subscribe_events": () => {},
})

/** Is answered by notifications, not by a reply: no subscriptions yet. */
const subscriptions = ["dnet.subscribe_events (no reply)"]

test.each(lines.cases.filter(({ name }) => !subscriptions.includes(name)))(
  "$name (the reference $reference)",
  async (line) => {
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
  },
)

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
