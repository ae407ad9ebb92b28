// Damaged streams of packets against the packet decoder, at every fragmentation, and what memory does meanwhile.
// Run `npx tsc -b packages/net` first, then: node --expose-gc packages/net/fuzz/fuzz.mjs [count] [seed]
// Two processors, if there are two, share the work: the second one's seed is the next number.
import { availableParallelism } from "node:os"
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"
import { PacketDecoder } from "../dist/channel/packet-decoder.js"
import { BUILT_IN_MESSAGES } from "../dist/message/built-in.js"
import { storm } from "./packets.mjs"

const WORKERS = Math.min(2, availableParallelism())
const PROGRESS_MS = 30_000

if (isMainThread) await main()
else work(workerData)

async function main() {
  const count = Number(process.argv[2] ?? 100_000)
  const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 32))
  if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed) || seed < 0) {
    console.error("usage: node --expose-gc fuzz.mjs [count] [seed], both whole numbers")
    process.exit(2)
  }
  console.log(`${count} streams, seed ${seed}, Node ${process.version}, ${WORKERS} at a time`)
  const start = performance.now()
  const tallies = Array.from({ length: WORKERS }, () => ({ streams: 0, fragmentations: 0, messages: 0, faults: {} }))
  const memory = Array.from({ length: WORKERS }, () => ({ before: 0, most: 0 }))
  const sum = (what) => tallies.reduce((total, tally) => total + tally[what], 0)
  const progress = setInterval(() => {
    const seconds = (performance.now() - start) / 1000
    console.log(`${seconds.toFixed(0)} s: ${sum("streams")} streams, ${sum("fragmentations")} fragmentations`)
  }, PROGRESS_MS)
  const workers = tallies.map((_, i) => {
    const share = Math.floor((count + i) / WORKERS)
    const worker = new Worker(new URL(import.meta.url), { workerData: { count: share, seed: seed + i } })
    worker.on("message", ({ tally, mebibytes }) => {
      tallies[i] = tally
      memory[i].before ||= mebibytes
      memory[i].most = Math.max(memory[i].most, mebibytes)
    })
    return new Promise((resolve, reject) => worker.on("error", reject).on("exit", resolve))
  })
  try {
    await Promise.all(workers)
  } finally {
    clearInterval(progress)
  }
  const faults = {}
  for (const tally of tallies) {
    for (const [name, times] of Object.entries(tally.faults)) faults[name] = (faults[name] ?? 0) + times
  }
  const seconds = (performance.now() - start) / 1000
  console.log(`${sum("streams")} streams, decoded in ${sum("fragmentations")} fragmentations, ${seconds.toFixed(1)} s`)
  console.log(`messages: ${sum("messages")}; faults: ${JSON.stringify(faults)}`)
  for (const { before, most } of memory) {
    console.log(`heap at first: ${before.toFixed(1)} MiB, most on the way: ${most.toFixed(1)} MiB`)
  }
}

function work({ count, seed }) {
  // Nobody reads where an error was made, and millions are.
  Error.stackTraceLimit = 0
  const subject = { PacketDecoder, messages: BUILT_IN_MESSAGES }
  storm(subject, { count: Math.min(count, 5000), seed: seed + 2 })
  const report = (tally) => parentPort.postMessage({ tally, mebibytes: mebibytesInUse() })
  report({ streams: 0, fragmentations: 0, messages: 0, faults: {} })
  report(storm(subject, { count, seed, onProgress: report }))
}

function mebibytesInUse() {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 2 ** 20
}
