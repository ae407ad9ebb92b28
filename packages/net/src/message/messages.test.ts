import { string, struct } from "@dchat/wire"
import { expect, test } from "vitest"
import { PacketEncoder } from "../channel/packet-encoder.ts"
import { UNMETERED } from "./metering.ts"
import fixture from "../fixtures/packets.json" with { type: "json" }
import { packetReader } from "../testing/raw-peer.test-kit.ts"
import { fromHex, inRecordedWords } from "../testing/recorded-words.test-kit.ts"
import { DchatMsg, MAGIC } from "../testing/test-net.test-kit.ts"
import { BUILT_IN_MESSAGES } from "./built-in.ts"
import { defineMessage } from "./message.ts"

const KNOWN = [...BUILT_IN_MESSAGES, DchatMsg]
const EXAMPLES = fixture.packets.filter(
  ({ command, hex }) => hex.startsWith("7f400cc9") && KNOWN.some((type) => type.command === command),
)

test("there is an example of every message", () => {
  expect(new Set(EXAMPLES.map(({ command }) => command))).toEqual(new Set(KNOWN.map(({ command }) => command)))
})

test.each(EXAMPLES)("$command is the bytes of its worked example, and they are it", ({ command, hex, message }) => {
  const packets = packetReader()(fromHex(hex))
  expect(packets).toHaveLength(1)
  const value = packets[0]?.value
  expect(inRecordedWords(value)).toEqual(message)
  const type = KNOWN.find((one) => one.command === command) ?? DchatMsg
  expect(new PacketEncoder(MAGIC).encode(type, value)).toEqual(fromHex(hex))
})

test("the limits and prices are those of darkfi-net 3", () => {
  const table = BUILT_IN_MESSAGES.map(({ command, maxBytes, metering }) => [
    command,
    maxBytes,
    ...Object.values(metering),
  ])
  expect(table).toEqual([
    ["version", 2043, 1, 4, 1000, 10_000],
    ["verack", 128, 1, 4, 1000, 10_000],
    ["ping", 2, 1, 4, 1000, 10_000],
    ["pong", 2, 1, 4, 1000, 10_000],
    ["getaddr", 57, 1, 6, 1000, 10_000],
    ["addr", 65_281, 1, 6, 1000, 10_000],
  ])
})

test.each([
  ["", 1],
  ["é".repeat(128), 1],
  ["ok", -1],
  ["ok", 1.5],
  ["ok", Infinity],
])("a message with the command %j and the limit %d cannot be defined", (command, maxBytes) => {
  const make = () => defineMessage({ command, codec: struct({ text: string }), maxBytes, metering: UNMETERED })
  expect(make).toThrow(expect.objectContaining({ code: "bad-definition" }))
})
