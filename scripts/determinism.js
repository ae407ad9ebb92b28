// Runs every package's `scripts/trace-hash.js` on each Node: it prints the hash of what happened in a virtual world, which
// must be the same everywhere. `npm run determinism`
import { existsSync } from "node:fs"
import path from "node:path"
import { readPackages, ROOT } from "./house.js"
import { findNodes, installTools } from "./tools.js"
import { run } from "./run.js"

await installTools()
const { binaries, missing } = findNodes()
for (const reason of missing) console.log(`skip    ${reason}`)
// A skip is fine on a user's machine.
let failed = missing.length > 0 && process.env["CI"] !== undefined

const scripts = readPackages()
  .map(({ folder }) => `${folder}/scripts/trace-hash.js`)
  .filter((script) => existsSync(path.join(ROOT, script)))
for (const script of scripts) {
  const hashes = new Set()
  for (const node of binaries) {
    const { ok, output } = await run(node, [script])
    const hash = ok ? output.match(/\b[0-9a-f]{64}\b/)?.[0] : undefined
    const { output: version } = await run(node, ["--version"])
    console.log(`${version.padEnd(10)} ${script}  ${hash ?? `FAILED\n${output}`}`)
    hashes.add(hash)
  }
  if (hashes.size > 1 || hashes.has(undefined)) failed = true
}
console.log(failed ? "not the same on every Node" : "the same on every Node")
process.exitCode = failed ? 1 : 0
