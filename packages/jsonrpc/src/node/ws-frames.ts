import { platformRandom } from "@dchat/runtime/platform"
import { ByteWriter } from "../framing/byte-writer.ts"

/** What the frames of messages look like. */
export interface FrameStyle {
  /** In binary frames instead of text frames. */
  readonly isBinary: boolean
  /** With a mask, as a client must send them (RFC 6455 5.3). */
  readonly isMasked: boolean
}

/** A longer text is not worth gathering with others. In UTF-16 units. */
export const MAX_FRAME_UNITS = 16 * 1024

const FINAL_TEXT = 0x81
const FINAL_BINARY = 0x82
const MASKED = 0x80
/** The longest payload whose length stands in the second byte. */
const SHORT_BYTES = 125
const LENGTH_IN_TWO_BYTES = 126
const MASK_BYTES = 4
const MAX_HEADER_BYTES = 4 + MASK_BYTES
const BYTES_PER_UNIT = 3
const MASKS = 1024

/**
 * Writes messages as unfragmented WebSocket frames (RFC 6455 5.2) into one piece of memory, so that a flush is one write of
 * one part: `ws` writes each frame as two parts, and makes some twenty calls on the way.
 */
export class FrameWriter {
  readonly #writer = new ByteWriter()
  readonly #encoder = new TextEncoder()
  #masks = new DataView(new ArrayBuffer(0))
  #nextMask = 0

  /** @param texts None longer than {@link MAX_FRAME_UNITS}. */
  encode(texts: readonly string[], { isBinary, isMasked }: FrameStyle): Uint8Array {
    let room = 0
    for (const text of texts) room += text.length * BYTES_PER_UNIT + MAX_HEADER_BYTES
    const target = this.#writer.room(room)
    const opcode = isBinary ? FINAL_BINARY : FINAL_TEXT
    let end = 0
    for (const text of texts) end = this.#put(text, target, end, opcode, isMasked)
    return this.#writer.take(end)
  }

  #put(text: string, target: Uint8Array, at: number, opcode: number, isMasked: boolean): number {
    const maskBytes = isMasked ? MASK_BYTES : 0
    let payload = at + (text.length > SHORT_BYTES ? 4 : 2) + maskBytes
    const { written } = this.#encoder.encodeInto(text, target.subarray(payload))
    if (written > SHORT_BYTES && text.length <= SHORT_BYTES) {
      target.copyWithin(payload + 2, payload, payload + written)
      payload += 2
    }
    target[at] = opcode
    const maskFlag = isMasked ? MASKED : 0
    if (written > SHORT_BYTES) {
      target[at + 1] = maskFlag | LENGTH_IN_TWO_BYTES
      target[at + 2] = written >> 8
      target[at + 3] = written & 0xff
    } else {
      target[at + 1] = maskFlag | written
    }
    if (isMasked) this.#mask(target, payload, written)
    return payload + written
  }

  /** Puts a mask before the payload, and over it. */
  #mask(target: Uint8Array, payload: number, length: number): void {
    const mask = this.#freshMask()
    const view = new DataView(target.buffer, target.byteOffset + payload - MASK_BYTES, MASK_BYTES + length)
    view.setInt32(0, mask)
    const whole = MASK_BYTES + (length & ~3)
    for (let at = MASK_BYTES; at < whole; at += MASK_BYTES) view.setInt32(at, view.getInt32(at) ^ mask)
    for (let at = whole, shift = 24; at < MASK_BYTES + length; at++, shift -= 8) {
      view.setUint8(at, view.getUint8(at) ^ (mask >>> shift))
    }
  }

  /** Nobody can foresee it: that is what it is for. */
  #freshMask(): number {
    if (this.#nextMask >= this.#masks.byteLength) {
      this.#masks = new DataView(platformRandom.bytes(MASKS * MASK_BYTES).buffer)
      this.#nextMask = 0
    }
    const mask = this.#masks.getInt32(this.#nextMask)
    this.#nextMask += MASK_BYTES
    return mask
  }
}
