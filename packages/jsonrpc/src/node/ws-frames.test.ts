import fc from "fast-check"
import { expect, test } from "vitest"
import { FrameWriter } from "./ws-frames.ts"

const FINAL = 0x80
const MASKED = 0x80

/** What a frame of RFC 6455 5.2 says, read without a look at how ours are written. */
function readFrames(bytes: Uint8Array): { opcode: number; mask: number | undefined; text: string }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const frames = []
  for (let at = 0; at < bytes.length;) {
    expect(view.getUint8(at) & 0xf0).toBe(FINAL)
    const opcode = view.getUint8(at) & 0x0f
    const isMasked = (view.getUint8(at + 1) & MASKED) !== 0
    let length = view.getUint8(at + 1) & 0x7f
    at += 2
    if (length === 126) {
      length = view.getUint16(at)
      expect(length).toBeGreaterThan(125)
      at += 2
    } else if (length === 127) {
      length = Number(view.getBigUint64(at))
      expect(length).toBeGreaterThan(0xffff)
      at += 8
    }
    const key = bytes.subarray(at, at + 4)
    const mask = isMasked ? view.getUint32(at) : undefined
    if (isMasked) at += 4
    const payload = bytes.slice(at, at + length).map((byte, index) => (isMasked ? byte ^ (key[index % 4] ?? 0) : byte))
    frames.push({ opcode, mask, text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(payload) })
    at += length
  }
  return frames
}

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary", minLength: 40, maxLength: 140 }),
  fc.string({ minLength: 120, maxLength: 130 }),
)

test("what a flush holds is read as the same messages, in order, in frames that are as long as they say", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ texts: fc.array(text, { minLength: 1 }), isBinary: fc.boolean(), isMasked: fc.boolean() })),
      (flushes) => {
        const writer = new FrameWriter()
        const written = flushes.map(({ texts, ...style }) => writer.encode(texts, style))
        // Read after all were written: no flush may touch what another has given away.
        for (const [index, { texts, isBinary, isMasked }] of flushes.entries()) {
          const frames = readFrames(written[index] as Uint8Array)
          expect(frames.map((frame) => frame.text)).toEqual(texts)
          expect(frames.every(({ opcode }) => opcode === (isBinary ? 2 : 1))).toBe(true)
          expect(frames.every(({ mask }) => (mask !== undefined) === isMasked)).toBe(true)
        }
      },
    ),
  )
})

test("long texts are read as they were, whatever their characters take, beside short ones", () => {
  const lengths = [4095, 4096, 4097, 21_845, 21_846, 65_535, 65_536, 70_000]
  const writer = new FrameWriter()
  for (const isMasked of [true, false]) {
    for (const unit of ["x", "é", "€", "\ud83d\ude42", "\ud800"]) {
      const texts = lengths.flatMap((length) => [unit.repeat(length), "short"])
      const frames = readFrames(writer.encode(texts, { isBinary: false, isMasked }))
      expect(frames.map((frame) => frame.text)).toEqual(texts.map((each) => Buffer.from(each).toString()))
    }
  }
})

test("each frame has a mask of its own", () => {
  const writer = new FrameWriter()
  const masks = Array.from({ length: 100 }, () =>
    readFrames(
      writer.encode(
        Array.from({ length: 30 }, () => "x"),
        { isBinary: false, isMasked: true },
      ),
    ),
  )
  expect(new Set(masks.flat().map(({ mask }) => mask)).size).toBeGreaterThan(2990)
})
