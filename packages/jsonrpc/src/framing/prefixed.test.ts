import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { contentLengthFraming } from "./content-length.ts"
import type { Frame, Framing } from "./framing.ts"
import { lengthPrefixFraming } from "./length-prefix.ts"
import { newlineFraming } from "./newline.ts"

type Decoded = { frames: readonly Frame[]; failure: string | undefined }

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

function decode(framing: Framing, chunks: readonly Uint8Array[]): Decoded {
  const decoder = framing.decoder()
  const frames = [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.end()]
  return { frames, failure: decoder.failure?.code }
}

/** Cuts bytes at the given places. */
function cut(whole: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (whole.length + 1)))].sort((a, b) => a - b)
  return [...ends, whole.length].map((end, index) => whole.slice(ends[index - 1] ?? 0, end))
}

const FRAMINGS: readonly (readonly [string, (options: { maxBytes: number }) => Framing])[] = [
  ["newline", newlineFraming],
  ["Content-Length", contentLengthFraming],
  ["a length of four bytes", lengthPrefixFraming],
]

describe.each(FRAMINGS)("%s", (_name, make) => {
  const framing = make({ maxBytes: 64 })

  test("what is encoded is decoded to the same messages, however it is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.json({ maxDepth: 1 })), fc.array(fc.nat()), (texts, places) => {
        const roomy = make({ maxBytes: 1_000_000 })
        const whole = roomy.encode(texts)
        if (texts.length > 0) expect(decode(roomy, cut(whole, places))).toEqual({ frames: texts, failure: undefined })
      }),
      { numRuns: 300 },
    )
  })

  test("garbage never throws, and means the same however it is cut", () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .constantFrom("Content-Length: 3\r\n\r\n1 3", "Content-Length: 70\r\n", "\r\n", "\n", "[1]\n", "\0\0\0\x02{}")
        .map(bytes),
      fc.constantFrom("POST /a:b HTTP/1.1\r\n", "Content-Type: text; charset=utf8\r\n", "\0\0\0").map(bytes),
    )
    const stream = fc.array(piece).map((pieces) => new Uint8Array(pieces.flatMap((each) => [...each])))
    fc.assert(
      fc.property(stream, fc.array(fc.nat()), (whole, places) => {
        const expected = decode(framing, [whole])
        expect(decode(framing, cut(whole, places))).toEqual(expected)
        expect(
          decode(
            framing,
            [...whole].map((byte) => new Uint8Array([byte])),
          ),
        ).toEqual(expected)
        for (const frame of expected.frames) {
          if (typeof frame === "string") expect(bytes(frame).length).toBeLessThanOrEqual(64)
        }
      }),
      { numRuns: 500 },
    )
  })

  test("a message at the limit is taken, one byte more is not", () => {
    const atLimit = `"${"x".repeat(62)}"`
    expect(decode(framing, [framing.encode([atLimit])])).toEqual({ frames: [atLimit], failure: undefined })
    expect(decode(framing, [framing.encode(["1", `${atLimit} `, "2"])])).toEqual({
      frames: ["1"],
      failure: "message-too-long",
    })
  })

  test("a message that is not UTF-8 is one unreadable message among the others", () => {
    const whole = framing.encode(["[1]", "[2]", "[3]"])
    whole[whole.lastIndexOf("2".charCodeAt(0))] = 0xff
    expect(decode(framing, [whole]).frames).toEqual(["[1]", { reason: "not UTF-8" }, "[3]"])
  })

  test.each(["POST / HTTP/1.1", "POST /a:b HTTP/1.1", "GET http://x/ HTTP/1.0", "OPTIONS * HTTP/1.1"])(
    "after the line %j nothing more is read",
    (line) => {
      const request = bytes(`${line}\r\nContent-Length: 3\r\n\r\n[1]\n`)
      const { frames, failure } = decode(framing, [framing.encode(["[0]"]), request])
      expect(frames).toEqual(["[0]"])
      expect(failure).toMatch(/^(?:http-request|message-too-long)$/)
    },
  )
})

test("Content-Length counts bytes, and stands beside a Content-Type in either order", () => {
  const framing = contentLengthFraming()
  expect(new TextDecoder().decode(framing.encode(['"é"']))).toBe('Content-Length: 4\r\n\r\n"é"')
  const heads = [
    'Content-Length: 4\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n"é"',
    'content-type: application/json; charset=utf8\r\ncontent-length:4\r\n\r\n"é"',
  ]
  expect(decode(framing, heads.map(bytes))).toEqual({ frames: ['"é"', '"é"'], failure: undefined })
})

test.each([
  ["a header of somebody else", "Host: x\r\n", "bad-header"],
  ["no length", "Content-Type: application/json\r\n\r\n", "bad-header"],
  ["two lengths", "Content-Length: 1\r\nContent-Length: 1\r\n", "bad-header"],
  ["a length that is none", "Content-Length: -1\r\n", "bad-header"],
  ["another charset", "Content-Type: text/plain; charset=latin1\r\n", "bad-header"],
  ["a line without end", "x".repeat(1025), "bad-header"],
  ["a length beyond the limit", "Content-Length: 999999999999\r\n\r\n", "message-too-long"],
])("%s closes", (_what, head, code) => {
  expect(decode(contentLengthFraming(), [bytes(head)])).toEqual({ frames: [], failure: code })
})

test("a limit that an HTTP request would pass is refused", () => {
  expect(() => lengthPrefixFraming({ maxBytes: 2 ** 31 })).toThrow(RangeError)
})
