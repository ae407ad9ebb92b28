// Feeds streams of packets, most of them damaged, to the packet decoder, whole and cut in pieces. Whatever the cuts, the
// events must be the same; nothing may be thrown; and after a fault there is nothing.
import { readFileSync } from "node:fs"

/** Bytes that lengths and edges are made of. */
const TELLING = [0, 1, 2, 4, 0x7f, 0x80, 0xc3, 0xfc, 0xfd, 0xfe, 0xff]
const MAGIC = Uint8Array.of(127, 64, 12, 201)

/**
 * @typedef {object} Subject What is tested: from the sources in a test, from the build in a long run.
 * @property {typeof import("../src/channel/packet-decoder.ts").PacketDecoder} PacketDecoder
 * @property {readonly import("../src/message/message.ts").MessageType<unknown>[]} messages
 */

/**
 * Throws an error that names the stream and its cuts if anything is wrong.
 *
 * @param {Subject} subject
 * @param {object} options
 * @param {number} options.count How many streams.
 * @param {number} options.seed Repeats the same streams.
 * @param {() => void} [options.onProgress] Called a hundred times on the way.
 * @returns {{ streams: number, messages: number, faults: Record<string, number> }}
 */
export function storm(subject, { count, seed, onProgress }) {
  const random = makeRandom(seed)
  const packets = loadPackets()
  const step = Math.max(1, Math.floor(count / 100))
  const faults = /** @type {Record<string, number>} */ ({})
  let messages = 0
  for (let i = 0; i < count; i += 1) {
    const stream = makeStream(random, packets)
    const patient = random(2) === 0
    const whole = outline(subject, [stream], patient)
    for (const event of whole) {
      if (event.startsWith("message")) messages += 1
      else faults[event] = (faults[event] ?? 0) + 1
    }
    const pieces = cut(random, stream)
    const inPieces = outline(subject, pieces, patient)
    if (whole.join() !== inPieces.join() || whole.slice(0, -1).some((event) => event.startsWith("fault"))) {
      const sizes = pieces.map((piece) => piece.length).join()
      throw new Error(`${Buffer.from(stream).toString("hex")} cut into ${sizes}: ${whole.join()} or ${inPieces.join()}`)
    }
    if ((i + 1) % step === 0) onProgress?.()
  }
  return { streams: count, messages, faults }
}

/**
 * @param {Subject} subject
 * @param {readonly Uint8Array[]} pieces
 * @param {boolean} patient
 */
function outline({ PacketDecoder, messages }, pieces, patient) {
  const decoder = new PacketDecoder({
    magic: MAGIC,
    patient,
    lookup: (bytes, start, end) =>
      messages.find(({ commandBytes: { length }, commandBytes }) => {
        if (length !== end - start) return false
        for (let i = 0; i < length; i += 1) if (commandBytes[i] !== bytes[start + i]) return false
        return true
      }),
  })
  const events = []
  for (const piece of pieces) {
    decoder.push(piece)
    for (let event = decoder.next(); event !== undefined; event = decoder.next()) {
      events.push(event.kind === "message" ? `message ${event.bytes}` : `${event.kind} ${event.fault.kind}`)
    }
  }
  return events
}

/** The packets of the reference's recordings and of the worked examples. */
function loadPackets() {
  const read = (/** @type {string} */ name) =>
    readFileSync(new URL(`../src/fixtures/${name}.json`, import.meta.url), "utf8")
  const texts = ["tcp-manual-chat", "packets", "peer-probes"].map(read).join("\n")
  return Array.from(texts.matchAll(/"hex": "((?:[0-9a-f]{2}){1,400})"/g), ([, hex = ""]) => Buffer.from(hex, "hex"))
}

/** @param {(bound: number) => number} random @param {readonly Uint8Array[]} packets */
function makeStream(random, packets) {
  const chosen = Array.from({ length: 1 + random(4) }, () => packets[random(packets.length)] ?? MAGIC)
  const stream = new Uint8Array(Buffer.concat(chosen))
  if (random(4) === 0) return stream
  for (let changes = 1 + random(4); changes > 0; changes -= 1) {
    stream[random(stream.length)] = random(2) === 0 ? (TELLING[random(TELLING.length)] ?? 0) : random(256)
  }
  return random(4) === 0 ? stream.subarray(0, random(stream.length + 1)) : stream
}

/** @param {(bound: number) => number} random @param {Uint8Array} stream */
function cut(random, stream) {
  const longest = [1, 2, 7, 64, 1024][random(5)] ?? 1
  const pieces = []
  for (let at = 0; at < stream.length;) {
    const size = 1 + random(longest)
    pieces.push(stream.subarray(at, at + size))
    at += size
  }
  return pieces
}

/** Mulberry32: small, fast, and the same everywhere. @param {number} seed */
function makeRandom(seed) {
  let state = seed >>> 0
  return (/** @type {number} */ bound) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound
  }
}
