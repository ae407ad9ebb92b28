import { EncodeError, MAX_DEPTH, MAX_EMPTY_ELEMENTS } from "./errors.ts"
import { encodeUtf8, isWellFormed } from "./utf8.ts"

const MAX_U64 = 0xffff_ffff_ffff_ffffn
const MAX_U128 = 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_ffffn

/**
 * Puts values one after another into bytes, all little-endian (darkfi-net 1.1 to 1.3).
 *
 * Several values make one byte string: write them, then `take` it. The writer goes on behind it in the same piece of
 * memory, so one writer serves many small messages with few allocations. After an {@link EncodeError} half a value may
 * have been written: `discard` it.
 */
export class Writer {
  readonly #chunkBytes: number
  #bytes: Uint8Array<ArrayBuffer>
  #view: DataView<ArrayBuffer>
  #start = 0
  #end = 0
  #depth = 0
  #empties = MAX_EMPTY_ELEMENTS

  /** @param chunkBytes How much memory is taken at a time. Default 8 KiB. More when one byte string needs more. */
  constructor(chunkBytes = 8192) {
    this.#chunkBytes = chunkBytes
    this.#bytes = new Uint8Array(chunkBytes)
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** How many bytes wait to be taken. */
  get length(): number {
    return this.#end - this.#start
  }

  /** What was written since the last `take` or `discard`. Not copied, and never touched again by this writer. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.subarray(this.#start, this.#end)
    this.#startAt(this.#end)
    return taken
  }

  /** Drops what was written since the last `take`. */
  discard(): void {
    this.#startAt(this.#start)
  }

  u8(value: number): void {
    if ((value & 0xff) !== value) throw outOfRange("u8", value)
    const at = this.#advance(1)
    this.#bytes[at] = value
  }

  u16(value: number): void {
    if ((value & 0xffff) !== value) throw outOfRange("u16", value)
    const at = this.#advance(2)
    this.#view.setUint16(at, value, true)
  }

  u32(value: number): void {
    if (value >>> 0 !== value) throw outOfRange("u32", value)
    const at = this.#advance(4)
    this.#view.setUint32(at, value, true)
  }

  u64(value: bigint): void {
    if (typeof value !== "bigint" || value < 0n || value > MAX_U64) throw outOfRange("u64", value)
    const at = this.#advance(8)
    this.#view.setBigUint64(at, value, true)
  }

  u128(value: bigint): void {
    if (typeof value !== "bigint" || value < 0n || value > MAX_U128) throw outOfRange("u128", value)
    const at = this.#advance(16)
    this.#view.setBigUint64(at, value & MAX_U64, true)
    this.#view.setBigUint64(at + 8, value >> 64n, true)
  }

  i8(value: number): void {
    if ((value << 24) >> 24 !== value) throw outOfRange("i8", value)
    const at = this.#advance(1)
    this.#view.setInt8(at, value)
  }

  i16(value: number): void {
    if ((value << 16) >> 16 !== value) throw outOfRange("i16", value)
    const at = this.#advance(2)
    this.#view.setInt16(at, value, true)
  }

  i32(value: number): void {
    if ((value | 0) !== value) throw outOfRange("i32", value)
    const at = this.#advance(4)
    this.#view.setInt32(at, value, true)
  }

  i64(value: bigint): void {
    if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value) throw outOfRange("i64", value)
    const at = this.#advance(8)
    this.#view.setBigInt64(at, value, true)
  }

  i128(value: bigint): void {
    if (typeof value !== "bigint" || BigInt.asIntN(128, value) !== value) throw outOfRange("i128", value)
    this.u128(BigInt.asUintN(128, value))
  }

  /** Rounded to the nearest f32. A finite number that would round to infinity is out of range. */
  f32(value: number): void {
    if (typeof value !== "number") throw new EncodeError("bad-type", `f32 takes a number, not ${show(value)}`)
    if (!Number.isFinite(Math.fround(value)) && Number.isFinite(value)) throw outOfRange("f32", value)
    const at = this.#advance(4)
    this.#view.setFloat32(at, value, true)
  }

  f64(value: number): void {
    if (typeof value !== "number") throw new EncodeError("bad-type", `f64 takes a number, not ${show(value)}`)
    const at = this.#advance(8)
    this.#view.setFloat64(at, value, true)
  }

  bool(value: boolean): void {
    if (typeof value !== "boolean") throw new EncodeError("bad-type", `bool takes true or false, not ${show(value)}`)
    this.u8(value ? 1 : 0)
  }

  /** A VarInt: a bigint up to 2^64 - 1, or a whole number up to 2^53 - 1 (darkfi-net 1.2). */
  varint(value: number | bigint): void {
    if (typeof value === "bigint") {
      if (value > Number.MAX_SAFE_INTEGER) {
        if (value > MAX_U64) throw outOfRange("VarInt", value)
        this.u8(0xff)
        this.u64(value)
        return
      }
      if (value < 0n) throw outOfRange("VarInt", value)
      value = Number(value)
    } else if (!Number.isSafeInteger(value) || value < 0) throw outOfRange("VarInt", value)
    const at = this.#advance(varintSize(value))
    this.#putVarint(at, value)
  }

  /** The VarInt count of elements that take at least `minBytes` each: the counterpart of `Reader.count`. */
  count(count: number, minBytes: number): void {
    if (minBytes === 0) {
      if (count > this.#empties)
        throw new EncodeError("bad-length", `${count} elements that may take no bytes are too many`)
      this.#empties -= count
    }
    this.varint(count)
  }

  /** Raw bytes, without a length. */
  bytes(value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) throw new EncodeError("bad-type", `bytes are a Uint8Array, not ${show(value)}`)
    const at = this.#advance(value.length)
    this.#bytes.set(value, at)
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
    const sized = this.#openSized(varintSize(value.length))
    let rest = value
    let room = value.length
    for (;;) {
      this.#reserve(room)
      const { read, written } = encodeUtf8(rest, this.#bytes.subarray(this.#end, this.#end + room))
      this.#end += written
      if (read === rest.length) break
      rest = rest.slice(read)
      room = rest.length * 3
    }
    const written = this.length - sized
    if (written !== value.length && !isWellFormed(value)) {
      throw new EncodeError("bad-string", "a string has half a surrogate pair, which UTF-8 cannot hold")
    }
    this.#closeSized(sized, varintSize(value.length))
  }

  /** A VarInt length and just what `write` writes. */
  sized(write: (writer: Writer) => void): void {
    const sized = this.#openSized(1)
    write(this)
    this.#closeSized(sized, 1)
  }

  /** One level of recursion: `write`, unless too many of them stand within one another. */
  nested(write: (writer: Writer) => void): void {
    if (this.#depth === MAX_DEPTH) throw new EncodeError("too-deep", `more than ${MAX_DEPTH} values within one another`)
    this.#depth += 1
    write(this)
    this.#depth -= 1
  }

  #startAt(start: number): void {
    this.#start = start
    this.#end = start
    this.#depth = 0
    this.#empties = MAX_EMPTY_ELEMENTS
  }

  /** Makes room for `length` bytes, counts them as written and says where they begin. */
  #advance(length: number): number {
    this.#reserve(length)
    const at = this.#end
    this.#end = at + length
    return at
  }

  #reserve(length: number): void {
    if (this.#end + length <= this.#bytes.length) return
    const waiting = this.#bytes.subarray(this.#start, this.#end)
    const need = waiting.length + length
    this.#bytes = new Uint8Array(need <= this.#chunkBytes ? this.#chunkBytes : Math.max(need, 2 * waiting.length))
    this.#bytes.set(waiting)
    this.#view = new DataView(this.#bytes.buffer)
    this.#start = 0
    this.#end = waiting.length
  }

  /** Leaves `width` bytes for a length. Returns where what it counts begins, in bytes since the start. */
  #openSized(width: number): number {
    this.#advance(width)
    return this.length
  }

  /** Writes the length for which `width` bytes were left, and moves what it counts when it needs more. */
  #closeSized(sized: number, width: number): void {
    const length = this.length - sized
    const more = varintSize(length) - width
    if (more > 0) {
      this.#advance(more)
      const from = this.#start + sized
      this.#bytes.copyWithin(from + more, from, from + length)
    }
    this.#putVarint(this.#start + sized - width, length)
  }

  #putVarint(at: number, value: number): void {
    if (value < 0xfd) {
      this.#bytes[at] = value
    } else if (value < 0x1_0000) {
      this.#bytes[at] = 0xfd
      this.#view.setUint16(at + 1, value, true)
    } else if (value < 0x1_0000_0000) {
      this.#bytes[at] = 0xfe
      this.#view.setUint32(at + 1, value, true)
    } else {
      this.#bytes[at] = 0xff
      this.#view.setBigUint64(at + 1, BigInt(value), true)
    }
  }
}

/** How many bytes the VarInt of a safe whole number takes: 1, 3, 5 or 9. */
export function varintSize(value: number): number {
  return value < 0xfd ? 1 : value < 0x1_0000 ? 3 : value < 0x1_0000_0000 ? 5 : 9
}

function outOfRange(type: string, value: unknown): EncodeError {
  return new EncodeError("out-of-range", `${show(value)} is not a ${type}`)
}

/** A value, short enough for a message. */
export function show(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)
  if (typeof value === "object" && value !== null) return `an object`
  return String(value)
}
