// Runs the packages' `fuzz/fuzz.mjs` against the build, one after the other: `npm run fuzz -- [PACKAGE] [COUNT] [SEED]`
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import path from "node:path"
import { readPackages, ROOT } from "./house.js"

const [first = "", ...others] = process.argv.slice(2)
const isPackage = /^[a-z]/.test(first)
const fuzzers = readPackages()
  .filter(({ room }) => !isPackage || room === first)
  .map(({ folder }) => `${folder}/fuzz/fuzz.mjs`)
  .filter((fuzzer) => existsSync(path.join(ROOT, fuzzer)))
if (fuzzers.length === 0) {
  console.error(`no package ${first} has a fuzz/fuzz.mjs; usage: npm run fuzz -- [PACKAGE] [COUNT] [SEED]`)
  process.exitCode = 2
}
for (const fuzzer of fuzzers) {
  console.log(`\n${fuzzer}`)
  const args = ["--expose-gc", fuzzer, ...(isPackage ? others : process.argv.slice(2))]
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: "inherit" })
  if (status !== 0) process.exitCode = 1
}
