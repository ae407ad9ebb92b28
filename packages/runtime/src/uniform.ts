import type { Random } from "./random.ts"

/** Small draws come from a block of this size, for a call of the system costs as much as a hundred of them. */
const BLOCK_WORDS = 1024
const FROM_BLOCK_MAX_BYTES = 64
const TWO_32 = 4_294_967_296
const TWO_53 = 9_007_199_254_740_992

/** A whole number from 0 up to, but not including, `bound`, from a source of 32-bit numbers. Draws again rather than favour small ones. */
export function uniformInteger(next: () => number, bound: number): number {
  if (!Number.isSafeInteger(bound) || bound < 1) {
    throw new RangeError(`the bound of a random integer is a whole number from 1 to 2^53 - 1, not ${bound}`)
  }
  if (bound <= TWO_32) {
    const limit = TWO_32 - (TWO_32 % bound)
    for (;;) {
      const value = next()
      if (value < limit) return value % bound
    }
  }
  const limit = TWO_53 - (TWO_53 % bound)
  for (;;) {
    const value = (next() >>> 11) * TWO_32 + next()
    if (value < limit) return value % bound
  }
}

/** A number from 0 up to, but not including, 1, with 53 random bits. */
export function uniformFloat(next: () => number): number {
  return ((next() >>> 11) * TWO_32 + next()) / TWO_53
}

/** `length` bytes from a source of 32-bit numbers. */
export function uniformBytes(next: () => number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += 4) {
    const value = next()
    bytes[at] = value
    // Beyond the end nothing is stored.
    bytes[at + 1] = value >>> 8
    bytes[at + 2] = value >>> 16
    bytes[at + 3] = value >>> 24
  }
  return bytes
}

/** A source on top of whatever fills arrays with random bytes. A fork is the source itself. */
export function randomFrom(fill: (bytes: Uint8Array<ArrayBuffer>) => void): Random {
  const block = new Uint32Array(BLOCK_WORDS)
  const blockBytes = new Uint8Array(block.buffer)
  let used = BLOCK_WORDS
  const next = (): number => {
    if (used === BLOCK_WORDS) {
      fill(blockBytes)
      used = 0
    }
    const value = block[used] as number
    // What was drawn, a key perhaps, does not stay in memory here.
    block[used++] = 0
    return value
  }
  const random: Random = {
    bytes(length) {
      if (length <= FROM_BLOCK_MAX_BYTES) return uniformBytes(next, length)
      const bytes = new Uint8Array(length)
      fill(bytes)
      return bytes
    },
    integer: (bound) => uniformInteger(next, bound),
    float: () => uniformFloat(next),
    fork: () => random,
  }
  return random
}
