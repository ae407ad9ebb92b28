import { DecodeError, MAX_DEPTH, MAX_EMPTY_ELEMENTS, type DecodeErrorCode } from "./errors.ts"
import { decodeUtf8 } from "./utf8.ts"

/**
 * Takes values off the front of a byte string, all little-endian (darkfi-net 1.1 to 1.3).
 *
 * Reads nothing outside its bounds and believes no length: what does not fit is a {@link DecodeError}, after which the
 * reader is of no more use. Nothing it returns refers to the input.
 */
export class Reader {
  readonly #bytes: Uint8Array
  #view: DataView | undefined
  #offset: number
  #end: number
  #depth = 0
  #empties = MAX_EMPTY_ELEMENTS

  /** Reads `bytes` from `start` up to, but not including, `end`. Default: all of them. */
  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    if (!(start >= 0 && start <= end && end <= bytes.length)) {
      throw new RangeError(`cannot read bytes ${start} to ${end} of ${bytes.length}`)
    }
    this.#bytes = bytes
    this.#offset = start
    this.#end = end
  }

  /** Where the next byte is, counted from the start of the byte string. */
  get offset(): number {
    return this.#offset
  }

  /** How many bytes are left. */
  get remaining(): number {
    return this.#end - this.#offset
  }

  u8(): number {
    return this.#bytes[this.#advance(1)] as number
  }

  u16(): number {
    const at = this.#advance(2)
    return this.#byte(at) | (this.#byte(at + 1) << 8)
  }

  u32(): number {
    const at = this.#advance(4)
    return (this.#byte(at) | (this.#byte(at + 1) << 8) | (this.#byte(at + 2) << 16) | (this.#byte(at + 3) << 24)) >>> 0
  }

  u64(): bigint {
    const low = this.u32()
    const high = this.u32()
    // Up to 2^53 - 1, which is nearly every value there is, one conversion does.
    return high < 0x20_0000 ? BigInt(high * 0x1_0000_0000 + low) : (BigInt(high) << 32n) | BigInt(low)
  }

  u128(): bigint {
    const low = this.u64()
    return (this.u64() << 64n) | low
  }

  i8(): number {
    return (this.u8() << 24) >> 24
  }

  i16(): number {
    return (this.u16() << 16) >> 16
  }

  i32(): number {
    return this.u32() | 0
  }

  i64(): bigint {
    return BigInt.asIntN(64, this.u64())
  }

  i128(): bigint {
    return BigInt.asIntN(128, this.u128())
  }

  f32(): number {
    return this.#data().getFloat32(this.#advance(4), true)
  }

  f64(): number {
    return this.#data().getFloat64(this.#advance(8), true)
  }

  /** Any byte but 0 is true. */
  bool(): boolean {
    return this.u8() !== 0
  }

  /** A VarInt of any size (darkfi-net 1.2). */
  varint(): bigint {
    const at = this.#offset
    const first = this.u8()
    if (first < 0xff) return BigInt(this.#short(first, at))
    const value = this.u64()
    if (value < 0x1_0000_0000n) throw this.#nonMinimal(at)
    return value
  }

  /** A VarInt as a number. One above 2^53 - 1 cannot be the length of anything and is a `bad-count`. */
  length(): number {
    const at = this.#offset
    const first = this.u8()
    if (first < 0xff) return this.#short(first, at)
    const value = this.u64()
    if (value < 0x1_0000_0000n) throw this.#nonMinimal(at)
    if (value > Number.MAX_SAFE_INTEGER)
      throw this.error("bad-count", `the length ${value} is more than anything has`, at)
    return Number(value)
  }

  /**
   * The VarInt count of elements that take at least `minBytes` each. More than the bytes left can hold is a `bad-count`,
   * so that room may be made for as many as this returns.
   */
  count(minBytes: number): number {
    const at = this.#offset
    const count = this.length()
    if (minBytes > 0) {
      if (count * minBytes > this.remaining) {
        const claim = `${count} elements of at least ${minBytes} bytes are claimed`
        throw this.error("bad-count", `${claim}, bytes left: ${this.remaining}`, at)
      }
    } else {
      if (count > this.#empties)
        throw this.error("bad-count", `${count} elements that may take no bytes are claimed`, at)
      this.#empties -= count
    }
    return count
  }

  /** `length` raw bytes, copied. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    const at = this.#advance(length)
    const copy = new Uint8Array(length)
    copy.set(this.#bytes.subarray(at, at + length))
    return copy
  }

  /** A VarInt length and that many raw bytes, copied. */
  blob(): Uint8Array<ArrayBuffer> {
    return this.bytes(this.length())
  }

  /** A VarInt length and that many bytes of UTF-8. A byte order mark is kept. */
  string(): string {
    const length = this.length()
    const at = this.#advance(length)
    const text = decodeUtf8(this.#bytes, at, at + length)
    if (text === undefined) throw this.error("bad-utf8", `${length} bytes of text are not UTF-8`, at)
    return text
  }

  /** A VarInt length, and `read` on just that many bytes, which it must use up. */
  sized<T>(read: (reader: Reader) => T): T {
    const length = this.length()
    const outerEnd = this.#end
    this.#end = this.#advance(length) + length
    this.#offset -= length
    const value = read(this)
    this.finish()
    this.#end = outerEnd
    return value
  }

  /** One level of recursion: `read`, unless too many of them stand within one another. */
  nested<T>(read: (reader: Reader) => T): T {
    if (this.#depth === MAX_DEPTH) throw this.error("too-deep", `more than ${MAX_DEPTH} values within one another`)
    this.#depth += 1
    const value = read(this)
    this.#depth -= 1
    return value
  }

  /** Throws a `surplus` unless everything was read. */
  finish(): void {
    if (this.remaining > 0) throw this.error("surplus", `bytes left over: ${this.remaining}`)
  }

  /** The error for a codec to throw. `offset` is where what is wrong begins; default: where the reader stands. */
  error(code: DecodeErrorCode, reason: string, offset: number = this.#offset, options?: ErrorOptions): DecodeError {
    return new DecodeError(code, reason, offset, options)
  }

  /** Steps over `length` bytes and says where they began. */
  #advance(length: number): number {
    const at = this.#offset
    if (length > this.#end - at) {
      throw this.error("short", `bytes needed: ${length}, left: ${this.#end - at}`)
    }
    this.#offset = at + length
    return at
  }

  #byte(at: number): number {
    return this.#bytes[at] as number
  }

  #data(): DataView {
    return (this.#view ??= new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength))
  }

  /** The rest of a VarInt of one, three or five bytes. */
  #short(first: number, at: number): number {
    if (first < 0xfd) return first
    const wide = first === 0xfe
    const value = wide ? this.u32() : this.u16()
    if (value < (wide ? 0x1_0000 : 0xfd)) throw this.#nonMinimal(at)
    return value
  }

  #nonMinimal(at: number): DecodeError {
    return this.error("non-minimal", "a VarInt is longer than its value needs", at)
  }
}
