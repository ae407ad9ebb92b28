/** The four words of the state at the beginning, each as two halves, low one first ("somepseudorandomlygeneratedbytes"). */
const START = [0x70736575, 0x736f6d65, 0x6e646f6d, 0x646f7261, 0x6e657261, 0x6c796765, 0x79746573, 0x74656462]

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a hash under a secret key of 128 bits. Who does not know the key can neither
 * foretell a hash nor find texts whose hashes are alike. JavaScript has no fast numbers of 64 bits, so each is two halves.
 */
export class SipHash {
  readonly #start: Int32Array
  readonly #state = new Int32Array(8)
  #scratch = new Uint8Array(256)

  /** @param key 16 bytes */
  constructor(key: Uint8Array) {
    if (key.length !== 16) throw new RangeError(`a SipHash key has 16 bytes, this one has ${key.length}`)
    const view = new DataView(key.buffer, key.byteOffset, 16)
    this.#start = Int32Array.from(START, (word, i) => word ^ view.getInt32((i * 4) % 16, true))
  }

  /** The lower 32 bits of the hash of a text, as UTF-8. */
  text(text: string): number {
    if (text.length * 3 > this.#scratch.length) this.#scratch = new Uint8Array(text.length * 3)
    const length = writeUtf8(text, this.#scratch)
    this.#digest(this.#scratch, length)
    return this.#low()
  }

  /** The hash of some bytes: 8 bytes, the lowest first. */
  bytes(bytes: Uint8Array): Uint8Array {
    this.#digest(bytes, bytes.length)
    const result = new DataView(new ArrayBuffer(8))
    result.setInt32(0, this.#low(), true)
    result.setInt32(4, this.#high(), true)
    return new Uint8Array(result.buffer)
  }

  #low(): number {
    const state = this.#state
    return (at(state, 0) ^ at(state, 2) ^ at(state, 4) ^ at(state, 6)) >>> 0
  }

  #high(): number {
    const state = this.#state
    return (at(state, 1) ^ at(state, 3) ^ at(state, 5) ^ at(state, 7)) >>> 0
  }

  #digest(bytes: Uint8Array, length: number): void {
    const state = this.#state
    state.set(this.#start)
    const whole = length & ~7
    for (let i = 0; i < whole; i += 8) absorb(state, word(bytes, i, i + 4), word(bytes, i + 4, i + 8))
    // What is left over, and in the last byte the length.
    const low = word(bytes, whole, Math.min(length, whole + 4))
    const high = word(bytes, whole + 4, length)
    absorb(state, low, high | (length << 24))
    state[4] = at(state, 4) ^ 0xff
    rounds(state, 4)
  }
}

function at(state: Int32Array, index: number): number {
  return state[index] as number
}

/** Up to four bytes as a number, the lowest first; no byte counts as 0. */
function word(bytes: Uint8Array, from: number, to: number): number {
  let value = 0
  for (let i = from; i < to; i++) value |= (bytes[i] as number) << ((i - from) * 8)
  return value
}

function absorb(state: Int32Array, low: number, high: number): void {
  state[6] = at(state, 6) ^ low
  state[7] = at(state, 7) ^ high
  rounds(state, 2)
  state[0] = at(state, 0) ^ low
  state[1] = at(state, 1) ^ high
}

/** SipRound, some times. The names are those of the paper: v0 to v3, with `l` for the lower half and `h` for the upper. */
function rounds(state: Int32Array, count: number): void {
  let [v0l, v0h, v1l, v1h] = [at(state, 0), at(state, 1), at(state, 2), at(state, 3)]
  let [v2l, v2h, v3l, v3h] = [at(state, 4), at(state, 5), at(state, 6), at(state, 7)]
  for (let round = 0; round < count; round++) {
    let low = (v0l + v1l) | 0
    v0h = (v0h + v1h + carry(low, v1l)) | 0
    v0l = low
    let turned = (v1l << 13) | (v1h >>> 19)
    v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h
    v1l = turned ^ v0l
    turned = v0h
    v0h = v0l
    v0l = turned

    low = (v2l + v3l) | 0
    v2h = (v2h + v3h + carry(low, v3l)) | 0
    v2l = low
    turned = (v3l << 16) | (v3h >>> 16)
    v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h
    v3l = turned ^ v2l

    low = (v0l + v3l) | 0
    v0h = (v0h + v3h + carry(low, v3l)) | 0
    v0l = low
    turned = (v3l << 21) | (v3h >>> 11)
    v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h
    v3l = turned ^ v0l

    low = (v2l + v1l) | 0
    v2h = (v2h + v1h + carry(low, v1l)) | 0
    v2l = low
    turned = (v1l << 17) | (v1h >>> 15)
    v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h
    v1l = turned ^ v2l
    turned = v2h
    v2h = v2l
    v2l = turned
  }
  state[0] = v0l
  state[1] = v0h
  state[2] = v1l
  state[3] = v1h
  state[4] = v2l
  state[5] = v2h
  state[6] = v3l
  state[7] = v3h
}

/** Whether the sum of two lower halves, of which this is one, did not fit. */
function carry(sum: number, summand: number): number {
  return sum >>> 0 < summand >>> 0 ? 1 : 0
}

/** Writes a text, whose characters are ASCII as a rule, and returns how many bytes it took. */
function writeUtf8(text: string, into: Uint8Array): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return new TextEncoder().encodeInto(text, into).written
    into[i] = code
  }
  return text.length
}
