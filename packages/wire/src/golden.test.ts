import { describe, expect, test } from "vitest"
import { messages, packet } from "../fuzz/codecs.mjs"
import { type Codec, decode, DecodeError, encode, formatSemVer, Reader, type SemVer, string, Writer } from "./index.ts"
import golden from "./vectors/golden.json" with { type: "json" }
import examples from "./vectors/packets.json" with { type: "json" }
import probes from "./vectors/probes.json" with { type: "json" }

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"))
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

function payloadCodec(command: string): Codec<unknown> {
  const codec = (messages as Record<string, Codec<unknown>>)[command]
  if (codec === undefined) throw new Error(`no message is called ${command}`)
  return codec
}

/** A message as the recordings write it: whole numbers, null for what is absent, versions as text. */
function asRecorded(value: unknown): unknown {
  if (value === undefined) return null
  if (typeof value === "bigint") return value <= Number.MAX_SAFE_INTEGER ? Number(value) : `${value}n`
  if (Array.isArray(value)) return value.map(asRecorded)
  if (typeof value !== "object" || value === null) return value
  if ("major" in value) return formatSemVer(value as SemVer)
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, asRecorded(field)]))
}

/** The message in a packet, after it was encoded again to the same bytes, part by part and into one buffer. */
function roundTrip(hex: string): { magic: string; command: string; message: unknown } {
  const { magic, command, payload } = decode(packet, bytesOf(hex))
  const codec = payloadCodec(command)
  const message = decode(codec, payload)
  expect(hexOf(encode(codec, message))).toBe(hexOf(payload))
  const writer = new Writer(16)
  writer.bytes(bytesOf(magic))
  string.encode(writer, command)
  writer.sized((w) => codec.encode(w, message))
  expect(hexOf(writer.take())).toBe(hex)
  return { magic, command, message: asRecorded(message) }
}

test.each(examples.packets)("the worked example of $command", ({ command, hex, message }) => {
  expect(roundTrip(hex)).toMatchObject({ command, message })
})

describe.each(Object.entries(golden.recordings))("%s", (_, recording) => {
  test("every packet decodes to the recorded fields and encodes again to the same bytes", () => {
    for (const { command, hex, ...rest } of recording.packets) {
      const { magic, command: decodedCommand, message } = roundTrip(hex)
      expect({ magic, command: decodedCommand }).toEqual({ magic: recording.magic, command })
      if ("message" in rest) expect(message).toEqual(rest.message)
    }
  })

  test("no packet is left out but those that were cut", () => {
    const times = recording.packets.map((packet) => ("times" in packet ? (packet.times ?? 1) : 1))
    expect(times.reduce((a, b) => a + b) + recording.cut).toBe(recording.recorded)
  })
})

test("the recordings hold 914 packets, of which two were cut", () => {
  const recordings = Object.values(golden.recordings)
  expect(recordings.reduce((sum, { recorded }) => sum + recorded, 0)).toBe(914)
  expect(recordings.reduce((sum, { cut }) => sum + cut, 0)).toBe(2)
})

test.each(probes.probes)("what a peer sent in the probe $label", ({ hex, commands, error, canonical }) => {
  const reader = new Reader(bytesOf(hex))
  const seen: string[] = []
  let end: string | undefined
  while (reader.remaining > 0 && end === undefined) {
    const from = reader.offset
    end = readPacket(reader, seen)
    const whole = hex.slice(2 * from, 2 * reader.offset)
    if (end === undefined && canonical !== false) roundTrip(whole)
  }
  expect(seen).toEqual(commands)
  expect(end).toBe(error)
})

/** Reads one packet and notes its command. Returns why it could not, if so. */
function readPacket(reader: Reader, seen: string[]): string | undefined {
  try {
    const { command, payload } = packet.decode(reader)
    if (!(command in messages)) return "unknown"
    decode(payloadCodec(command), payload)
    seen.push(command)
    return undefined
  } catch (error) {
    if (error instanceof DecodeError) return error.code
    throw error
  }
}
