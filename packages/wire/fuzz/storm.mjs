// Feeds random and mutated bytes to every codec. The only outcomes allowed are a value that encodes again to bytes that
// stay the same from then on, and a DecodeError.
import { readFileSync } from "node:fs"
import { decode, DecodeError, encode } from "@dchat/wire"
import { codecs, messages, packet } from "./codecs.mjs"

/** Bytes that lengths, tags and edges are made of. */
const TELLING = [0, 1, 2, 0x7f, 0x80, 0xc3, 0xfc, 0xfd, 0xfe, 0xff]
const MAX_BYTES = 4096

/**
 * Throws an error that names the codec and the input if anything else happens.
 *
 * @param {object} options
 * @param {number} options.count How many inputs.
 * @param {number} options.seed Repeats the same inputs.
 * @param {(done: number) => void} [options.onProgress] Called a hundred times on the way.
 * @returns {{ values: number, errors: Record<string, number> }}
 */
export function storm({ count, seed, onProgress }) {
  const random = makeRandom(seed)
  const seeds = loadSeeds()
  const targets = Object.entries(codecs).map(([name, codec]) => ({ name, codec, seeds: seeds.get(codec) ?? [] }))
  const everySeed = [...seeds.values()].flat()
  const errors = /** @type {Record<string, number>} */ ({})
  const step = Math.max(1, Math.floor(count / 100))
  let values = 0
  for (let i = 0; i < count; i += 1) {
    const target = pick(random, targets)
    const input =
      target.seeds.length === 0 || random(4) === 0
        ? randomBytes(random)
        : mutate(random, pick(random, target.seeds), everySeed)
    const code = outcome(target.name, target.codec, input)
    if (code === undefined) values += 1
    else errors[code] = (errors[code] ?? 0) + 1
    if ((i + 1) % step === 0) onProgress?.(i + 1)
  }
  return { values, errors }
}

/**
 * @param {string} name
 * @param {import("@dchat/wire").Codec<unknown>} codec
 * @param {Uint8Array} input
 */
function outcome(name, codec, input) {
  try {
    const once = encode(codec, decode(codec, input))
    const twice = encode(codec, decode(codec, once))
    if (!Buffer.from(once).equals(twice)) throw new Error("what was encoded again changes when it is decoded")
    return undefined
  } catch (error) {
    if (error instanceof DecodeError) return error.code
    throw new Error(`${name} on ${Buffer.from(input).toString("hex")}`, { cause: error })
  }
}

/** Valid bytes by codec: the vectors and the recordings. */
function loadSeeds() {
  /** @type {Map<unknown, Uint8Array[]>} */
  const seeds = new Map()
  /** @type {(codec: unknown, bytes: Uint8Array) => void} */
  const add = (codec, bytes) => {
    if (bytes.length > MAX_BYTES) return
    const list = seeds.get(codec)
    if (list === undefined) seeds.set(codec, [bytes])
    else list.push(bytes)
  }
  const named = /** @type {Record<string, unknown>} */ (codecs)
  const byCommand = /** @type {Record<string, unknown>} */ (messages)
  for (const { codec, hex } of load("values").values) add(named[codec], fromHex(hex))
  for (const { hex } of Object.values(load("golden").recordings).flatMap(({ packets }) => packets)) {
    const bytes = fromHex(hex)
    add(packet, bytes)
    const { command, payload } = decode(packet, bytes)
    add(byCommand[command], payload)
  }
  return seeds
}

/** @param {string} name */
function load(name) {
  return JSON.parse(readFileSync(new URL(`../src/vectors/${name}.json`, import.meta.url), "utf8"))
}

/** @param {string} hex */
function fromHex(hex) {
  return Uint8Array.from(Buffer.from(hex, "hex"))
}

/** @typedef {(bound: number) => number} Random A whole number below the bound. */

/**
 * Mulberry32: small, and good enough to choose bytes with.
 *
 * @param {number} seed
 * @returns {Random}
 */
function makeRandom(seed) {
  let state = seed >>> 0
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound
  }
}

/**
 * @template T
 * @param {Random} random
 * @param {readonly T[]} list
 * @returns {T}
 */
function pick(random, list) {
  const item = list[random(list.length)]
  if (item === undefined) throw new Error("there is nothing to choose from")
  return item
}

/** @param {Random} random */
function randomByte(random) {
  return random(3) === 0 ? pick(random, TELLING) : random(256)
}

/** @param {Random} random */
function randomBytes(random) {
  return Uint8Array.from({ length: random(random(8) === 0 ? 300 : 24) }, () => randomByte(random))
}

/**
 * @param {Random} random
 * @param {Uint8Array} seed
 * @param {readonly Uint8Array[]} others
 */
function mutate(random, seed, others) {
  let bytes = seed
  for (let times = random(4); times >= 0; times -= 1) bytes = mutateOnce(random, bytes, others)
  return bytes
}

/**
 * @param {Random} random
 * @param {Uint8Array} bytes
 * @param {readonly Uint8Array[]} others
 */
function mutateOnce(random, bytes, others) {
  const at = random(bytes.length + 1)
  switch (random(6)) {
    case 0: // one bit
      return bytes.map((byte, i) => (i === at ? byte ^ (1 << random(8)) : byte))
    case 1: // one byte
      return bytes.map((byte, i) => (i === at ? randomByte(random) : byte))
    case 2: // the end is missing
      return bytes.slice(0, at)
    case 3: // some bytes more
      return join(bytes.subarray(0, at), randomBytes(random), bytes.subarray(at))
    case 4: // some bytes less
      return join(bytes.subarray(0, at), bytes.subarray(at + random(9)))
    default: {
      // it ends as another does
      const other = pick(random, others)
      return join(bytes.subarray(0, at), other.subarray(random(other.length + 1)))
    }
  }
}

/** @param {readonly Uint8Array[]} parts */
function join(...parts) {
  return Uint8Array.from(Buffer.concat(parts))
}
