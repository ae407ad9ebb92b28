import { type Reader, encode, string, struct, u16, u32, vec } from "@dchat/wire"
import fc from "fast-check"
import { expect, test } from "vitest"
import { BUILT_IN_MESSAGES } from "../message/built-in.ts"
import { defineMessage, type MessageType } from "../message/message.ts"
import { Ping } from "../message/ping.ts"
import { GetAddr } from "../message/address.ts"
import { UNMETERED } from "../message/metering.ts"
import { PacketDecoder, type PacketEvent } from "./packet-decoder.ts"
import { PacketEncoder } from "./packet-encoder.ts"

const MAGIC = Uint8Array.of(127, 64, 12, 201)
const Text = defineMessage({ command: "Text", codec: struct({ text: string }), maxBytes: 10_000, metering: UNMETERED })
const Empty = defineMessage({ command: "é", codec: struct({}), maxBytes: 0, metering: UNMETERED })
const KNOWN: readonly MessageType<unknown>[] = [...BUILT_IN_MESSAGES, Text, Empty]

function lookup(bytes: Uint8Array, start: number, end: number): MessageType<unknown> | undefined {
  const command = new TextDecoder().decode(bytes.subarray(start, end))
  return KNOWN.find((type) => type.command === command)
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.replaceAll(" ", "").match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
}

function decodeAll(chunks: readonly Uint8Array[], patient = false): PacketEvent[] {
  const decoder = new PacketDecoder({ magic: MAGIC, lookup, patient })
  const events: PacketEvent[] = []
  for (const chunk of chunks) {
    decoder.push(chunk)
    for (let event = decoder.next(); event !== undefined; event = decoder.next()) events.push(event)
  }
  return events
}

/** What happened, in a form that is easy to compare. */
function outline(events: readonly PacketEvent[]): unknown[] {
  return events.map((event) => {
    if (event.kind === "message") return [event.type.command, event.value]
    const { kind, ...details } = event.fault
    return [event.kind, kind, "error" in details ? { ...details, error: details.error.code } : details]
  })
}

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = []
  let at = 0
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    chunks.push(bytes.slice(at, at + size))
    at += size
  }
  return chunks
}

const encoder = new PacketEncoder(MAGIC)
const PING = "7f400cc9 04 70696e67 02 2a00"

test("networks in one process each have their own magic in every packet", () => {
  const other = new PacketEncoder(Uint8Array.of(1, 2, 3, 4))
  for (const type of [Ping, Ping, GetAddr, Ping]) {
    const value = type === Ping ? { nonce: 1 } : { max: 1, transports: [] }
    const [ours, theirs] = [encoder, other].map((one) => one.encode(type as typeof Ping, value as { nonce: number }))
    expect([...(ours ?? [])].slice(0, 4)).toEqual([...MAGIC])
    expect([...(theirs ?? [])].slice(0, 4)).toEqual([1, 2, 3, 4])
    expect(ours?.subarray(4)).toEqual(theirs?.subarray(4))
    expect(decodeAll([ours as Uint8Array])).toMatchObject([{ kind: "message", type: { command: type.command }, value }])
  }
})

test("a packet is magic, command and payload, each with its length", () => {
  expect(encoder.encode(Ping, { nonce: 42 })).toEqual(bytesOf(PING))
  expect(outline(decodeAll([bytesOf(PING)]))).toEqual([["ping", { nonce: 42 }]])
})

test("a message without a payload, and a command outside ASCII", () => {
  const packet = encoder.encode(Empty, {})
  expect(packet).toEqual(bytesOf("7f400cc9 02 c3a9 00"))
  expect(outline(decodeAll([packet]))).toEqual([["é", {}]])
})

test("a value that is longer than its message allows is not encoded, and leaves nothing behind", () => {
  const long = { text: "x".repeat(10_000) }
  expect(() => encoder.encode(Text, long)).toThrow("a Text of 10003 bytes, 10000 are allowed")
  expect(() => encoder.encode(Ping, { nonce: -1 })).toThrow("-1 is not a u16")
  expect(encoder.encode(Ping, { nonce: 42 })).toEqual(bytesOf(PING))
})

const FAULTS: readonly (readonly [what: string, hex: string, kind: string, details: object])[] = [
  ["garbage", "474554202f20485454502f", "wrong-magic", { got: bytesOf("47455420") }],
  ["the magic of another network", "d9efb67d 04 70696e67 02 2a00", "wrong-magic", { got: bytesOf("d9efb67d") }],
  ["a command length that is not minimal", "7f400cc9 fd0400 70696e67", "bad-command-length", {}],
  ["a 9-byte command length that is not minimal", "7f400cc9 ff0400000000000000", "bad-command-length", {}],
  ["a command of 256 bytes", "7f400cc9 fd0001", "command-too-long", { length: 256 }],
  ["a command of 2^64 - 1 bytes", "7f400cc9 ffffffffffffffffff", "command-too-long", { length: 2 ** 64 }],
  ["a command that is not UTF-8", "7f400cc9 02 c328 00", "command-not-utf8", {}],
  ["an unknown command", "7f400cc9 03 666f6f", "unknown-command", { command: "foo" }],
  ["an empty command", "7f400cc9 00", "unknown-command", { command: "" }],
  ["a command in the wrong case", "7f400cc9 04 50494e47", "unknown-command", { command: "PING" }],
  ["a payload length that is not minimal", "7f400cc9 04 70696e67 fd0200", "bad-payload-length", { command: "ping" }],
  ["a payload over the limit", "7f400cc9 04 70696e67 03", "payload-too-long", { command: "ping", length: 3, limit: 2 }],
  ["a payload of 2^64 - 1 bytes", "7f400cc9 04 70696e67 ffffffffffffffffff", "payload-too-long", { command: "ping", length: 2 ** 64, limit: 2 }],
  ["a payload that is too short", "7f400cc9 04 70696e67 01 2a", "bad-payload", { command: "ping", error: "short" }],
  ["an empty payload", "7f400cc9 04 70696e67 00", "bad-payload", { command: "ping", error: "short" }],
  ["text that is not UTF-8", "7f400cc9 04 54657874 02 01ff", "bad-payload", { command: "Text", error: "bad-utf8" }],
  ["surplus bytes", "7f400cc9 04 54657874 03 016161", "surplus-payload", { command: "Text", surplus: 1 }],
] // prettier-ignore

test.each(FAULTS)(
  "%s is a fault of its own, at every fragmentation, and nothing follows it",
  (_what, hex, kind, details) => {
    const bytes = bytesOf(`${PING} ${hex} ${PING}`)
    const expected = [
      ["ping", { nonce: 42 }],
      ["fault", kind, details],
    ]
    expect(outline(decodeAll([bytes]))).toEqual(expected)
    for (let size = 1; size <= bytes.length; size++) expect(outline(decodeAll(cut(bytes, [size])))).toEqual(expected)
  },
)

const SKIPPED = new Set(["unknown-command", "payload-too-long", "bad-payload", "surplus-payload"])

test.each(FAULTS)("a patient decoder skips %s if it can", (_what, hex, kind, details) => {
  const length = /^7f400cc9 (?:03 666f6f|00|04 50494e47)$/.test(hex) ? "02" : ""
  const payload = length === "" ? "" : "beef"
  const claimed = hex.endsWith(" 03") ? "000000" : ""
  const bytes = bytesOf(`${hex} ${length} ${payload} ${claimed} ${PING}`)
  const events = outline(decodeAll(cut(bytes, [3]), true))
  if (!SKIPPED.has(kind)) expect(events).toEqual([["fault", kind, details]])
  else if (hex.endsWith("ffff")) expect(events).toEqual([["skipped", kind, details]])
  else
    expect(events).toEqual([
      ["skipped", kind, details],
      ["ping", { nonce: 42 }],
    ])
})

test("exactly the limit is accepted", () => {
  const packet = encoder.encode(GetAddr, {
    max: 1,
    transports: ["tor", "tls", "tcp", "nym", "i2p", "tor+tls", "nym+tls", "tcp+tls", "i2p+tls"],
  })
  expect(packet.length).toBe(4 + 8 + 1 + 57)
  expect(decodeAll([packet])).toMatchObject([{ kind: "message", bytes: 57 }])
})

test("a payload that is claimed and does not come takes no memory", () => {
  const Huge = defineMessage({ command: "Huge", codec: struct({}), maxBytes: 2 ** 40, metering: UNMETERED })
  const decoder = new PacketDecoder({ magic: MAGIC, lookup: () => Huge })
  decoder.push(bytesOf("7f400cc9 04 48756765 ff0000000000010000"))
  expect(decoder.next()).toBeUndefined()
  decoder.push(new Uint8Array(100_000))
  expect(decoder.next()).toBeUndefined()
})

const arbitraryPacket = fc.oneof(
  fc.integer({ min: 0, max: 0xffff }).map((nonce) => encoder.encode(Ping, { nonce })),
  fc.string({ unit: "grapheme", maxLength: 400 }).map((text) => encoder.encode(Text, { text })),
  fc.integer({ min: 0, max: 9000 }).map((length) => encoder.encode(Text, { text: "x".repeat(length) })),
  fc.constant(encoder.encode(Empty, {})),
)
const sizes = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 })

test("any stream of packets gives the same events, however it is cut", () => {
  fc.assert(
    fc.property(fc.array(arbitraryPacket, { maxLength: 8 }), sizes, (packets, cuts) => {
      const whole = concat(packets)
      const events = outline(decodeAll([whole]))
      expect(events).toHaveLength(packets.length)
      expect(outline(decodeAll(cut(whole, cuts)))).toEqual(events)
    }),
  )
})

test("any damaged stream gives the same events, however it is cut, and ends with at most one fault", () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(
      fc.array(arbitraryPacket, { minLength: 1, maxLength: 6 }),
      damage,
      sizes,
      fc.boolean(),
      (packets, changes, cuts, patient) => {
        const bytes = concat(packets)
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        const events = outline(decodeAll([bytes], patient))
        expect(outline(decodeAll(cut(bytes, cuts), patient))).toEqual(events)
        const faults = events.filter((event) => Array.isArray(event) && event[0] === "fault")
        expect(faults.length).toBeLessThanOrEqual(1)
      },
    ),
    { numRuns: 500 },
  )
})

test("whatever a codec of an application's own throws is a bad payload, and comes to nobody as an exception", () => {
  const cause = new SyntaxError("no JSON")
  const codec = {
    minBytes: 1,
    encode: () => {},
    decode(reader: Reader): never {
      reader.u8()
      throw cause
    },
  }
  const Json = defineMessage({ command: "Json", codec, maxBytes: 9, metering: UNMETERED })
  const decoder = new PacketDecoder({ magic: MAGIC, lookup: () => Json })
  decoder.push(bytesOf("7f400cc9 04 4a736f6e 02 7b7d"))
  expect(decoder.next()).toMatchObject({
    kind: "fault",
    fault: {
      kind: "bad-payload",
      command: "Json",
      error: { code: "bad-value", message: "no JSON (at byte 1)", cause },
    },
  })
  expect(decoder.next()).toBeUndefined()
})

test("a list that claims more than its packet holds is a bad payload", () => {
  const List = defineMessage({ command: "List", codec: struct({ list: vec(u32) }), maxBytes: 100, metering: UNMETERED })
  const payload = Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0x7f, ...encode(u16, 1))
  const decoder = new PacketDecoder({ magic: MAGIC, lookup: () => List })
  decoder.push(concat([bytesOf("7f400cc9 04 4c697374"), Uint8Array.of(payload.length), payload]))
  expect(outline([decoder.next() as PacketEvent])).toEqual([
    ["fault", "bad-payload", { command: "List", error: "bad-count" }],
  ])
})

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}
