import { platformRandom } from "@dchat/runtime/platform"

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
const PIECE_BYTES = 16 * 1024
const NO_BYTES = Buffer.alloc(0)

/**
 * Writes messages as unfragmented WebSocket frames (RFC 6455 5.2) into one piece of memory, so that a flush is one write of
 * one part: `ws` writes each frame as two parts, and makes some twenty calls on the way.
 */
export class FrameWriter {
  /** What frames are written into, each behind the one before; never written twice. */
  #piece = NO_BYTES
  #view = new DataView(NO_BYTES.buffer)
  #used = 0
  #masks = new DataView(new ArrayBuffer(0))
  #nextMask = 0

  /** @param texts None longer than {@link MAX_FRAME_UNITS}. */
  encode(texts: readonly string[], { isBinary, isMasked }: FrameStyle): Uint8Array {
    let room = 0
    for (const text of texts) room += text.length * BYTES_PER_UNIT + MAX_HEADER_BYTES
    this.#makeRoom(room)
    const start = this.#used
    const opcode = isBinary ? FINAL_BINARY : FINAL_TEXT
    for (const text of texts) this.#put(text, opcode, isMasked)
    return this.#piece.subarray(start, this.#used)
  }

  #makeRoom(bytes: number): void {
    if (this.#used + bytes <= this.#piece.length) return
    this.#piece = Buffer.allocUnsafeSlow(Math.max(bytes, PIECE_BYTES))
    this.#view = new DataView(this.#piece.buffer)
    this.#used = 0
  }

  #put(text: string, opcode: number, isMasked: boolean): void {
    const piece = this.#piece
    const at = this.#used
    let payload = at + (text.length > SHORT_BYTES ? 4 : 2) + (isMasked ? MASK_BYTES : 0)
    const length = piece.write(text, payload)
    if (length > SHORT_BYTES && text.length <= SHORT_BYTES) {
      piece.copyWithin(payload + 2, payload, payload + length)
      payload += 2
    }
    const maskFlag = isMasked ? MASKED : 0
    piece[at] = opcode
    if (length > SHORT_BYTES) {
      piece[at + 1] = maskFlag | LENGTH_IN_TWO_BYTES
      piece[at + 2] = length >> 8
      piece[at + 3] = length & 0xff
    } else {
      piece[at + 1] = maskFlag | length
    }
    if (isMasked) this.#mask(payload, length)
    this.#used = payload + length
  }

  /** Puts a mask before the payload, and over it. */
  #mask(payload: number, length: number): void {
    const mask = this.#freshMask()
    const view = this.#view
    view.setInt32(payload - MASK_BYTES, mask)
    const whole = payload + (length & ~3)
    for (let at = payload; at < whole; at += MASK_BYTES) view.setInt32(at, view.getInt32(at) ^ mask)
    for (let at = whole, shift = 24; at < payload + length; at++, shift -= 8) {
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
