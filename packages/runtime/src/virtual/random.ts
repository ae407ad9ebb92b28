import type { Random } from "../random.ts"
import { uniformBytes, uniformFloat, uniformInteger } from "../uniform.ts"

/**
 * Randomness that follows from a seed and a path of names: sfc32 of PractRand, 32-bit integers only, so that every
 * engine draws the same numbers. Fast and well mixed; not for secrets.
 */
export class SeededRandom implements Random {
  readonly #path: string
  readonly #next: () => number

  /** @param seed Any text or number; another seed is another world. */
  constructor(seed: string | number) {
    this.#path = String(seed)
    this.#next = sfc32(this.#path)
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return uniformBytes(this.#next, length)
  }

  integer(bound: number): number {
    return uniformInteger(this.#next, bound)
  }

  float(): number {
    return uniformFloat(this.#next)
  }

  fork(name: string): SeededRandom {
    // The length keeps ("a/b", "c") and ("a", "b/c") apart.
    return new SeededRandom(`${this.#path}/${name.length}:${name}`)
  }
}

function sfc32(path: string): () => number {
  let a = hash(path, 0x9e3779b9)
  let b = hash(path, 0x243f6a88)
  let c = hash(path, 0xb7e15162)
  let counter = 1
  const next = (): number => {
    const result = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + result) | 0
    return result >>> 0
  }
  // Until every bit of the start has reached every bit of the state.
  for (let round = 0; round < 15; round++) next()
  return next
}

/** 32 bits of a text: FNV-1a over its code units, from a start of its own, then a finaliser that spreads each bit. */
function hash(text: string, start: number): number {
  let value = start
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return value ^ (value >>> 16)
}
