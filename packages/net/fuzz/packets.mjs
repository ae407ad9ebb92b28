// Feeds streams of packets, most of them damaged, to the packet decoder: whole, byte by byte, cut at random, and if they
// are short cut in two at each place, and if they are very short cut in every way there is. Whatever the cuts, the events
// must be the same, values and faults included; nothing may be thrown; and after a fault there is nothing.
import { readFileSync } from "node:fs"
import { isDeepStrictEqual } from "node:util"
import { makeRandom } from "./random.mjs"

/** Bytes that lengths and edges are made of. */
const TELLING = [0, 1, 2, 4, 0x7f, 0x80, 0xc3, 0xfc, 0xfd, 0xfe, 0xff]
const MAGIC = Uint8Array.of(127, 64, 12, 201)

/** Streams of up to so many bytes are cut in two at each place, */
const SHORT_BYTES = 24
/** and those of up to so many in every way: 2 to the power of one less. */
const TINY_BYTES = 8

/**
 * @typedef {object} Subject What is tested: from the sources in a test, from the build in a long run.
 * @property {typeof import("../src/channel/packet-decoder.ts").PacketDecoder} PacketDecoder
 * @property {readonly import("../src/message/message.ts").MessageType<unknown>[]} messages
 */

/**
 * @typedef {object} Tally What came of it.
 * @property {number} streams
 * @property {number} fragmentations How often a stream was decoded, in all the ways that it was cut.
 * @property {number} messages
 * @property {Record<string, number>} faults How often each was met, by its kind.
 */

/** @typedef {import("../src/channel/packet-decoder.ts").PacketEvent} PacketEvent */

/**
 * Throws an error that names the stream and its cuts if anything is wrong.
 *
 * @param {Subject} subject
 * @param {object} options
 * @param {number} options.count How many streams.
 * @param {number} options.seed Repeats the same streams.
 * @param {(tally: Tally) => void} [options.onProgress] Called a hundred times on the way.
 * @returns {Tally}
 */
export function storm(subject, { count, seed, onProgress }) {
  const random = makeRandom(seed)
  const packets = loadPackets()
  const decode = decoderOf(subject)
  const step = Math.max(1, Math.floor(count / 100))
  const tally = { streams: 0, fragmentations: 0, messages: 0, faults: /** @type {Record<string, number>} */ ({}) }
  while (tally.streams < count) {
    const stream = makeStream(random, packets)
    const patient = random(2) === 0
    const whole = decode([stream], patient)
    for (const event of whole) {
      const name = event.kind === "message" ? event.kind : `${event.kind} ${event.fault.kind}`
      if (event.kind === "message") tally.messages += 1
      else tally.faults[name] = (tally.faults[name] ?? 0) + 1
    }
    if (whole.slice(0, -1).some(({ kind }) => kind === "fault")) throw new Error(`${hex(stream)} goes on after a fault`)
    tally.fragmentations += 1
    for (const pieces of fragmentations(random, stream)) {
      const inPieces = decode(pieces, patient)
      tally.fragmentations += 1
      if (isSame(whole, inPieces)) continue
      const sizes = pieces.map((piece) => piece.length).join()
      throw new Error(`${hex(stream)} cut into ${sizes}: ${textOf(whole)} or ${textOf(inPieces)}`)
    }
    tally.streams += 1
    if (tally.streams % step === 0) onProgress?.(tally)
  }
  return tally
}

/** @param {Subject} subject @returns {(pieces: readonly Uint8Array[], patient: boolean) => PacketEvent[]} */
function decoderOf({ PacketDecoder, messages }) {
  const lookup = (/** @type {Uint8Array} */ bytes, /** @type {number} */ start, /** @type {number} */ end) =>
    messages.find(({ commandBytes: { length }, commandBytes }) => {
      if (length !== end - start) return false
      for (let i = 0; i < length; i += 1) if (commandBytes[i] !== bytes[start + i]) return false
      return true
    })
  return (pieces, patient) => {
    const decoder = new PacketDecoder({ magic: MAGIC, patient, lookup })
    const events = []
    for (const piece of pieces) {
      decoder.push(piece)
      for (let event = decoder.next(); event !== undefined; event = decoder.next()) events.push(event)
    }
    return events
  }
}

/** @param {(bound: number) => number} random @param {Uint8Array} stream @returns {Iterable<Uint8Array[]>} */
function* fragmentations(random, stream) {
  const { length } = stream
  if (length <= TINY_BYTES) {
    for (let cuts = 1; cuts < 2 ** (length - 1); cuts += 1) yield cutWhere(stream, (at) => (cuts >> (at - 1)) % 2 === 1)
    return
  }
  yield cutWhere(stream, () => true)
  const longest = [2, 7, 64, 1024][random(4)] ?? 1
  let next = 1 + random(longest)
  yield cutWhere(stream, (at) => {
    if (at < next) return false
    next = at + 1 + random(longest)
    return true
  })
  if (length > SHORT_BYTES) return
  for (let at = 1; at < length; at += 1) yield [stream.subarray(0, at), stream.subarray(at)]
}

/** @param {Uint8Array} stream @param {(at: number) => boolean} isCut @returns {Uint8Array[]} */
function cutWhere(stream, isCut) {
  const pieces = []
  let start = 0
  for (let at = 1; at < stream.length; at += 1) {
    if (!isCut(at)) continue
    pieces.push(stream.subarray(start, at))
    start = at
  }
  pieces.push(stream.subarray(start))
  return pieces
}

/** @param {readonly PacketEvent[]} one @param {readonly PacketEvent[]} other */
function isSame(one, other) {
  return one.length === other.length && one.every((event, i) => isSameEvent(event, other[i]))
}

/** @param {PacketEvent} one @param {PacketEvent | undefined} other */
function isSameEvent(one, other) {
  if (one.kind === "message") {
    return other?.kind === "message" && one.type === other.type && isDeepStrictEqual(one.value, other.value)
  }
  if (one.kind !== other?.kind || one.fault.kind !== other.fault.kind) return false
  if (one.fault.kind !== "bad-payload" || other.fault.kind !== "bad-payload") {
    return isDeepStrictEqual(one.fault, other.fault)
  }
  return one.fault.command === other.fault.command && one.fault.error.message === other.fault.error.message
}

/** @param {readonly PacketEvent[]} events */
function textOf(events) {
  const words = events.map((event) => {
    if (event.kind === "message") return `${event.type.command} of ${event.bytes}`
    return event.fault.kind === "bad-payload" ? event.fault.error.message : `${event.kind} ${event.fault.kind}`
  })
  return words.join(", ") || "nothing"
}

/** @param {Uint8Array} bytes */
function hex(bytes) {
  return Buffer.from(bytes).toString("hex")
}

/** The packets of the reference's recordings and of the worked examples, the short ones first. */
function loadPackets() {
  const read = (/** @type {string} */ name) =>
    readFileSync(new URL(`../src/fixtures/${name}.json`, import.meta.url), "utf8")
  const texts = ["tcp-manual-chat", "packets", "peer-probes"].map(read).join("\n")
  const packets = Array.from(texts.matchAll(/"hex": "((?:[0-9a-f]{2}){1,400})"/g), ([, hex = ""]) =>
    Buffer.from(hex, "hex"),
  )
  return packets.toSorted((a, b) => a.length - b.length)
}

/** @param {(bound: number) => number} random @param {readonly Uint8Array[]} packets */
function makeStream(random, packets) {
  // Half of the streams are of short packets: what is short is cut in more ways.
  const choices = random(2) === 0 ? packets.length : packets.length / 3
  const chosen = Array.from({ length: 1 + random(3) }, () => packets[random(choices | 0)] ?? MAGIC)
  const stream = new Uint8Array(Buffer.concat(chosen))
  if (random(4) === 0) return stream
  for (let changes = 1 + random(4); changes > 0; changes -= 1) {
    stream[random(stream.length)] = random(2) === 0 ? (TELLING[random(TELLING.length)] ?? 0) : random(256)
  }
  return random(4) === 0 ? stream.subarray(0, random(stream.length + 1)) : stream
}
