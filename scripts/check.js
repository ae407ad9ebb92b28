// What people run before a commit: types, format, unused code, arrows and lint, two at a time or more.
import { programOf, run } from "./run.js"

/**
 * @param {string} name
 * @param {readonly string[]} args
 */
async function step(name, args) {
  const outcome = await run(process.execPath, args)
  console.log(`${outcome.ok ? "ok    " : "FAILED"}  ${name.padEnd(8)} ${outcome.seconds.toFixed(1).padStart(5)} s`)
  return { name, ...outcome }
}

const start = performance.now()
// Lint asks for types across packages, and those come from what the type-check builds.
const types = step("types", [programOf("typescript", "tsc"), "-b"])
const steps = await Promise.all([
  types,
  step("format", [programOf("oxfmt"), "--check"]),
  step("arrows", ["scripts/arrows.js"]),
  step("unused", [programOf("knip"), "--no-progress", "--no-config-hints"]),
  types.then(() => step("lint", [programOf("oxlint")])),
])

const failed = steps.filter((each) => !each.ok)
for (const { name, output } of failed) console.log(`\n--- ${name}\n${output}`)
console.log(
  `\n${failed.length === 0 ? "all is well" : `failed: ${failed.map((each) => each.name).join(", ")}`}, ${((performance.now() - start) / 1000).toFixed(1)} s`,
)
process.exitCode = failed.length === 0 ? 0 : 1
