// Runs every package's `fuzz/fuzz.mjs` against the build, one after the other: `npm run fuzz -- COUNT [SEED]`
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import path from "node:path"
import { readPackages, ROOT } from "./house.js"

const fuzzers = readPackages()
  .map(({ folder }) => `${folder}/fuzz/fuzz.mjs`)
  .filter((fuzzer) => existsSync(path.join(ROOT, fuzzer)))
for (const fuzzer of fuzzers) {
  console.log(`\n${fuzzer}`)
  const args = ["--expose-gc", fuzzer, ...process.argv.slice(2)]
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: "inherit" })
  if (status !== 0) process.exitCode = 1
}
