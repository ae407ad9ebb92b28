import fc from "fast-check"
import { expect, test } from "vitest"
import type { Frame } from "./framing.ts"
import { newlineFraming } from "./newline.ts"

const encoder = new TextEncoder()
const bytes = (text: string): Uint8Array => encoder.encode(text)

/** What a decoder makes of chunks, and why it stopped if it did. */
function decode(chunks: readonly Uint8Array[], maxBytes?: number): { frames: Frame[]; failure: string | undefined } {
  const decoder = newlineFraming(maxBytes === undefined ? {} : { maxBytes }).decoder()
  const frames = [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.end()]
  return { frames, failure: decoder.failure?.code }
}

/** Cuts bytes at the given places. */
function cut(whole: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (whole.length + 1)))].sort((a, b) => a - b)
  return [...ends, whole.length].map((end, index) => whole.slice(ends[index - 1] ?? 0, end))
}

test("lines end with a newline, with or without a carriage return, and the last with the stream", () => {
  expect(decode([bytes("a\nb\r\n\r\n\nc")])).toEqual({ frames: ["a", "b", "", "", "c"], failure: undefined })
  expect(decode([bytes("a\n")])).toEqual({ frames: ["a"], failure: undefined })
  expect(decode([])).toEqual({ frames: [], failure: undefined })
})

test("however a stream is cut into chunks, the same messages come out", () => {
  const line = fc.oneof(
    fc.string({ unit: "binary" }).map(bytes),
    fc.uint8Array({ maxLength: 20 }),
    fc
      .constantFrom("{}", "[1]\r", "POST / HTTP/1.1\r", "GET /a:b HTTP/1.0", "x".repeat(40), '{"a":"POST / HTTP/1.1"}')
      .map(bytes),
  )
  const stream = fc.array(line).map((lines) => new Uint8Array(lines.flatMap((each) => [...each, 10])))
  fc.assert(
    fc.property(stream, fc.array(fc.nat()), (whole, places) => {
      expect(decode(cut(whole, places), 32)).toEqual(decode([whole], 32))
      expect(
        decode(
          [...whole].map((byte) => new Uint8Array([byte])),
          32,
        ),
      ).toEqual(decode([whole], 32))
    }),
    { numRuns: 500 },
  )
})

test("a line that is not UTF-8 is one unreadable message among the others", () => {
  const chunk = new Uint8Array([...bytes("1\n"), 0xff, 0xfe, 10, ...bytes("é\r\n")])
  const { frames } = decode([chunk])
  expect(frames).toEqual(["1", { reason: "not UTF-8" }, "é"])
})

test("a line at the limit is taken, one byte more is not, wherever its end lies", () => {
  expect(decode([bytes("12345678\n")], 8)).toEqual({ frames: ["12345678"], failure: undefined })
  expect(decode([bytes("1\n123456789\n2\n")], 8)).toEqual({ frames: ["1"], failure: "message-too-long" })
  expect(decode([bytes("1\n12345"), bytes("6789\n2\n")], 8)).toEqual({ frames: ["1"], failure: "message-too-long" })
  expect(decode([bytes("123456789")], 8)).toEqual({ frames: [], failure: "message-too-long" })
})

test.each([
  "POST / HTTP/1.1",
  "POST /a:b HTTP/1.1",
  "GET http://x/?{} HTTP/1.0",
  "OPTIONS * HTTP/1.1",
  "PRI * HTTP/2.0",
])("after the line %j nothing more is read", (line) => {
  expect(decode([bytes(`1\n${line}\r\nHost: x\r\n\r\n{"jsonrpc":"2.0","id":1,"method":"send"}\n`)])).toEqual({
    frames: ["1"],
    failure: "http-request",
  })
})

test("JSON that mentions HTTP is no HTTP request", () => {
  const lines = ['{"a": "POST / HTTP/1.1"}', '["POST / HTTP/1.1"]', '"POST / HTTP/1.1"', "POST", "POST / HTTPS"]
  expect(decode([bytes(lines.join("\n"))])).toEqual({ frames: lines, failure: undefined })
})

test("messages are written each on a line of its own", () => {
  const text = (data: Uint8Array): string => new TextDecoder().decode(data)
  expect(text(newlineFraming().encode(["1", "é"]))).toBe("1\né\n")
  expect(text(newlineFraming({ eol: "\r\n" }).encode(["1", "2"]))).toBe("1\r\n2\r\n")
})
