import { EncodeError, MAX_DEPTH, MAX_EMPTY_ELEMENTS } from "./errors.ts"
import { platformEncodeUtf8 } from "#platform"
import { show } from "./show.ts"
import { Slab } from "./slab.ts"
import { encodeShortAscii, encodeUtf8, isWellFormed } from "./utf8.ts"

const MAX_U64 = 0xffff_ffff_ffff_ffffn
const MAX_U128 = 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_ffffn

/** For a text of so many UTF-16 units there is room for three bytes each, which is the most that it can take. */
const MAX_ROOMY_UNITS = 1024

/**
 * Puts values one after another into bytes, all little-endian (darkfi-net 1.1 to 1.3).
 *
 * Several values make one byte string: write them, then `take` it. The writer goes on behind it in the same piece of
 * memory, so one writer serves many small messages with few allocations. With `keep` a byte string waits for the next one, to
 * be taken with it. After an {@link EncodeError} half a value may have been written: `discard` it.
 */
export class Writer extends Slab {
  #depth = 0
  #empties = MAX_EMPTY_ELEMENTS

  u8(value: number): void {
    if (typeof value !== "number" || (value & 0xff) !== value) throw outOfRange("u8", value)
    const at = this.advance(1)
    this.memory[at] = value
  }

  u16(value: number): void {
    if (typeof value !== "number" || (value & 0xffff) !== value) throw outOfRange("u16", value)
    this.#put16(this.advance(2), value)
  }

  u32(value: number): void {
    if (typeof value !== "number" || value >>> 0 !== value) throw outOfRange("u32", value)
    this.#put32(this.advance(4), value)
  }

  u64(value: bigint): void {
    if (typeof value !== "bigint" || value < 0n || value > MAX_U64) throw outOfRange("u64", value)
    this.#put64(this.advance(8), value)
  }

  u128(value: bigint): void {
    if (typeof value !== "bigint" || value < 0n || value > MAX_U128) throw outOfRange("u128", value)
    const at = this.advance(16)
    this.#put64(at, value & MAX_U64)
    this.#put64(at + 8, value >> 64n)
  }

  i8(value: number): void {
    if (typeof value !== "number" || (value << 24) >> 24 !== value) throw outOfRange("i8", value)
    const at = this.advance(1)
    this.memory[at] = value
  }

  i16(value: number): void {
    if (typeof value !== "number" || (value << 16) >> 16 !== value) throw outOfRange("i16", value)
    this.#put16(this.advance(2), value)
  }

  i32(value: number): void {
    if (typeof value !== "number" || (value | 0) !== value) throw outOfRange("i32", value)
    this.#put32(this.advance(4), value)
  }

  i64(value: bigint): void {
    if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value) throw outOfRange("i64", value)
    this.#put64(this.advance(8), BigInt.asUintN(64, value))
  }

  i128(value: bigint): void {
    if (typeof value !== "bigint" || BigInt.asIntN(128, value) !== value) throw outOfRange("i128", value)
    this.u128(BigInt.asUintN(128, value))
  }

  /** Rounded to the nearest f32. A finite number that would round to infinity is out of range. */
  f32(value: number): void {
    if (typeof value !== "number") throw new EncodeError("bad-type", `f32 takes a number, not ${show(value)}`)
    if (Number.isFinite(value) && !Number.isFinite(Math.fround(value))) throw outOfRange("f32", value)
    const at = this.advance(4)
    this.#view().setFloat32(at, value, true)
  }

  f64(value: number): void {
    if (typeof value !== "number") throw new EncodeError("bad-type", `f64 takes a number, not ${show(value)}`)
    const at = this.advance(8)
    this.#view().setFloat64(at, value, true)
  }

  bool(value: boolean): void {
    if (typeof value !== "boolean") throw new EncodeError("bad-type", `bool takes true or false, not ${show(value)}`)
    this.u8(value ? 1 : 0)
  }

  /** A VarInt: a bigint up to 2^64 - 1, or a whole number up to 2^53 - 1 (darkfi-net 1.2). */
  varint(value: number | bigint): void {
    if (typeof value === "bigint") {
      if (value < 0n || value > MAX_U64) throw outOfRange("VarInt", value)
      if (value > Number.MAX_SAFE_INTEGER) {
        this.u8(0xff)
        this.u64(value)
      } else {
        this.varint(Number(value))
      }
    } else {
      if (!Number.isSafeInteger(value) || value < 0) throw outOfRange("VarInt", value)
      this.#putVarint(this.advance(varintSize(value)), value)
    }
  }

  /** The VarInt count of elements that take at least `minBytes` each: the counterpart of `Reader.count`. */
  count(count: number, minBytes: number): void {
    if (minBytes === 0) {
      if (count > this.#empties) {
        throw new EncodeError("bad-length", `${count} elements that may take no bytes are too many`)
      }
      this.#empties -= count
    }
    this.varint(count)
  }

  /** Raw bytes, without a length. */
  bytes(value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) throw new EncodeError("bad-type", `bytes are a Uint8Array, not ${show(value)}`)
    const at = this.advance(value.length)
    this.memory.set(value, at)
  }

  /** A VarInt length and raw bytes. */
  blob(value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) throw new EncodeError("bad-type", `bytes are a Uint8Array, not ${show(value)}`)
    this.varint(value.length)
    this.bytes(value)
  }

  /** A VarInt length and UTF-8. */
  string(value: string): void {
    if (typeof value !== "string") throw new EncodeError("bad-type", `a string is needed, not ${show(value)}`)
    const width = varintSize(value.length)
    this.reserve(width + value.length)
    if (encodeShortAscii(value, this.memory, this.end + width)) {
      this.#putVarint(this.advance(width), value.length)
      this.advance(value.length)
      return
    }
    const begin = this.#open(width)
    if (value.length > MAX_ROOMY_UNITS || !this.#textAtOnce(value)) this.#text(value)
    if (this.length - begin !== value.length && !isWellFormed(value)) {
      throw new EncodeError("bad-string", `${show(value)} has half a surrogate pair, which UTF-8 cannot hold`)
    }
    this.#close(begin, width)
  }

  /** A VarInt length and just what `write` writes. What is longer than 252 bytes is moved once, within the buffer. */
  sized(write: (writer: Writer) => void): void {
    const begin = this.beginSized()
    write(this)
    this.endSized(begin)
  }

  /** The first half of {@link Writer.sized}, for who counts the nanoseconds that a callback takes. Returns what the other half needs. */
  beginSized(): number {
    return this.#open(1)
  }

  /** The other half, after just what it counts. Returns how many bytes those are. */
  endSized(begin: number): number {
    const length = this.length - begin
    this.#close(begin, 1)
    return length
  }

  /** One level of recursion: `write`, unless too many of them stand within one another. */
  nested(write: (writer: Writer) => void): void {
    if (this.#depth === MAX_DEPTH) {
      throw new EncodeError("too-deep", `more than ${MAX_DEPTH} values stand within one another`)
    }
    this.#depth += 1
    write(this)
    this.#depth -= 1
  }

  protected override begin(start: number): void {
    super.begin(start)
    this.#depth = 0
    this.#empties = MAX_EMPTY_ELEMENTS
  }

  #view(): DataView {
    return new DataView(this.memory.buffer)
  }

  /** Leaves `width` bytes for a length. Returns where what it counts begins, in bytes since the start. */
  #open(width: number): number {
    this.advance(width)
    return this.length
  }

  /** Writes the length for which `width` bytes were left, and moves what it counts when it needs more. */
  #close(begin: number, width: number): void {
    const length = this.length - begin
    const more = varintSize(length) - width
    if (more > 0) {
      this.advance(more)
      const from = this.start + begin
      this.memory.copyWithin(from + more, from, from + length)
    }
    this.#putVarint(this.start + begin - width, length)
  }

  /** UTF-8 into as much room as there can be need of. Returns whether the platform has a way to do that. */
  #textAtOnce(value: string): boolean {
    this.reserve(3 * value.length)
    const written = platformEncodeUtf8(value, this.memory, this.end)
    if (written !== undefined) this.end += written
    return written !== undefined
  }

  /** UTF-8, mostly into as much room as the text has units, which is all that ASCII needs. */
  #text(value: string): void {
    let rest = value
    let room = value.length
    while (rest !== "") {
      this.reserve(room)
      const { read, written } = encodeUtf8(rest, this.memory, this.end, this.end + room)
      this.end += written
      rest = rest.slice(read)
      room = 3 * rest.length
    }
  }

  #put16(at: number, value: number): void {
    this.memory[at] = value
    this.memory[at + 1] = value >> 8
  }

  #put32(at: number, value: number): void {
    this.memory[at] = value
    this.memory[at + 1] = value >> 8
    this.memory[at + 2] = value >> 16
    this.memory[at + 3] = value >> 24
  }

  #put64(at: number, value: bigint): void {
    if (value <= Number.MAX_SAFE_INTEGER) this.#putSafe64(at, Number(value))
    else {
      this.#put32(at, Number(value & 0xffff_ffffn))
      this.#put32(at + 4, Number(value >> 32n))
    }
  }

  /** A number's bits beyond the 32nd are not within reach of the shift operators. */
  #putSafe64(at: number, value: number): void {
    this.#put32(at, value >>> 0)
    this.#put32(at + 4, Math.floor(value / 0x1_0000_0000))
  }

  #putVarint(at: number, value: number): void {
    if (value < 0xfd) {
      this.memory[at] = value
    } else if (value < 0x1_0000) {
      this.memory[at] = 0xfd
      this.#put16(at + 1, value)
    } else if (value < 0x1_0000_0000) {
      this.memory[at] = 0xfe
      this.#put32(at + 1, value)
    } else {
      this.memory[at] = 0xff
      this.#putSafe64(at + 1, value)
    }
  }
}

/** How many bytes the VarInt of a safe whole number takes: 1, 3, 5 or 9. */
function varintSize(value: number): number {
  return value < 0xfd ? 1 : value < 0x1_0000 ? 3 : value < 0x1_0000_0000 ? 5 : 9
}

function outOfRange(type: string, value: unknown): EncodeError {
  return new EncodeError("out-of-range", `${show(value)} is not a ${type}`)
}
