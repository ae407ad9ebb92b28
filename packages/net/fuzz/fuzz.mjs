// Damaged streams of packets against the packet decoder, at every fragmentation, and what memory does meanwhile.
// Run `npx tsc -b packages/net` first, then: node --expose-gc packages/net/fuzz/fuzz.mjs [count] [seed]
import { PacketDecoder } from "../dist/channel/packet-decoder.js"
import { BUILT_IN_MESSAGES } from "../dist/message/built-in.js"
import { storm } from "./packets.mjs"

const count = Number(process.argv[2] ?? 100_000)
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 32))
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed) || seed < 0) {
  console.error("usage: node --expose-gc fuzz.mjs [count] [seed], both whole numbers")
  process.exit(2)
}

function mebibytesInUse() {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 2 ** 20
}

console.log(`${count} streams, seed ${seed}, Node ${process.version}`)
const subject = { PacketDecoder, messages: BUILT_IN_MESSAGES }
storm(subject, { count: Math.min(count, 20_000), seed })
const before = mebibytesInUse()
let most = before
const start = performance.now()
const { messages, faults } = storm(subject, {
  count,
  seed,
  onProgress: () => (most = Math.max(most, mebibytesInUse())),
})
const seconds = (performance.now() - start) / 1000
console.log(`${seconds.toFixed(1)} s; messages: ${messages}; faults: ${JSON.stringify(faults)}`)
console.log(`heap before: ${before.toFixed(1)} MiB, most on the way: ${most.toFixed(1)} MiB`)
