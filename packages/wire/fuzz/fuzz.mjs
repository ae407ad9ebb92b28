// Random and mutated bytes against every codec, and what memory does meanwhile.
// Run `npx tsc -b packages/wire` first, then: node packages/wire/fuzz/fuzz.mjs [count] [seed]
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { storm } from "./storm.mjs"

setFlagsFromString("--expose-gc")
const collectGarbage = runInNewContext("gc")

function memoryInUse() {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function mebibytes(bytes) {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}

const count = Number(process.argv[2] ?? 100_000)
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 32))
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed) || seed < 0) {
  console.error("usage: node fuzz.mjs [count] [seed], both whole numbers")
  process.exit(2)
}

console.log(`${count} inputs, seed ${seed}, Node ${process.version}`)
storm({ count: Math.min(count, 20_000), seed })
const before = memoryInUse()
let most = before
const start = performance.now()
const { values, errors } = storm({
  count,
  seed,
  onProgress: () => {
    most = Math.max(most, memoryInUse())
  },
})
const seconds = (performance.now() - start) / 1000
console.log(`${seconds.toFixed(1)} s, ${((seconds / count) * 1e6).toFixed(1)} us each`)
console.log(`values: ${values}, errors: ${JSON.stringify(errors)}`)
console.log(
  `heap before: ${mebibytes(before)}, after: ${mebibytes(memoryInUse())}, most on the way: ${mebibytes(most)}`,
)
