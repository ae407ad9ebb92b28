/** Tags of DER (X.690) that certificates are made of. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
  /** `[number]`, with elements inside. */
  explicit: (number: number) => 0xa0 + number,
  /** `[number]`, in place of the tag of a primitive type. */
  implicit: (number: number) => 0x80 + number,
} as const

/** One element: its tag, the length of its content, its content. The content may be given in parts. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(parts)
  return concat([Uint8Array.of(tag), lengthOf(content.length), content])
}

/** A whole number that is not negative, from its bytes, the highest first. */
export function unsigned(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0)
  const digits = first < 0 ? Uint8Array.of(0) : bytes.subarray(first)
  return element(TAG.integer, (digits[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : new Uint8Array(), digits)
}

/** An object identifier such as `1.3.101.112`. */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number)
  return element(TAG.oid, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)))
}

/** Text in ASCII. */
export function ascii(tag: number, text: string): Uint8Array {
  return element(tag, new TextEncoder().encode(text))
}

/** Bytes are not DER, or not the DER that was due. */
export class DerError extends Error {
  override readonly name = "DerError"
}

/** Reads elements that stand one after another. Lengths are checked, so whatever the bytes are, it ends in a {@link DerError} at worst. */
export class DerReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Whether nothing follows. */
  get isDone(): boolean {
    return this.#at === this.#bytes.length
  }

  /** Whether an element with this tag follows. */
  is(tag: number): boolean {
    return this.#bytes[this.#at] === tag
  }

  /** The content of the next element. */
  read(tag: number, name: string): Uint8Array {
    if (!this.is(tag)) throw new DerError(`${name} is missing`)
    const { start, end } = this.#extent(name)
    this.#at = end
    return this.#bytes.subarray(start, end)
  }

  /** The next element, tag and length included. */
  readWhole(tag: number, name: string): Uint8Array {
    const from = this.#at
    this.read(tag, name)
    return this.#bytes.subarray(from, this.#at)
  }

  /** Reads into the next element. */
  enter(tag: number, name: string): DerReader {
    return new DerReader(this.read(tag, name))
  }

  /** The tag of the next element, which is passed over. */
  skip(name: string): number {
    const tag = this.#bytes[this.#at]
    if (tag === undefined) throw new DerError(`${name} is missing`)
    this.read(tag, name)
    return tag
  }

  /** Sees that nothing follows. */
  end(name: string): void {
    if (!this.isDone) throw new DerError(`${name} is followed by ${this.#bytes.length - this.#at} bytes too many`)
  }

  /** Where the content of the next element begins and ends. A length has its shortest form, and four bytes at most. */
  #extent(name: string): { readonly start: number; readonly end: number } {
    const first = this.#bytes[this.#at + 1] ?? 0x80
    const more = first < 0x80 ? 0 : first - 0x80
    const start = this.#at + 2 + more
    const long = this.#bytes.subarray(this.#at + 2, start)
    const length = more === 0 ? first : long.reduce((sum, byte) => sum * 256 + byte, 0)
    const isShortest = more === 0 ? first < 0x80 : long[0] !== 0 && length >= 0x80
    if (more > 4 || !isShortest || start + length > this.#bytes.length)
      throw new DerError(`${name} has a length that cannot be`)
    return { start, end: start + length }
  }
}

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  const digits = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256)
  return Uint8Array.of(0x80 + digits.length, ...digits)
}

function base128(number: number): number[] {
  const digits = [number % 128]
  for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift(0x80 + (rest % 128))
  return digits
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
