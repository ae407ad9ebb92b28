// Runs random scenarios: 50 nodes, ten virtual minutes, random links and faults. Each seed is a scenario of its own. The
// count goes on where it stopped: `swarm.json` in the folder of the state holds the next seed and what failed.
//
//   npm run swarm -- --seeds 1000             the next 1,000 seeds
//   npm run swarm -- --only 17                that seed again; if it passes now, it is no failure any more
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import path from "node:path"
import { parseArgs } from "node:util"
import { describeScenario, drawScenario, runSwarmScenario } from "@dchat/sim"

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    only: { type: "string" },
    nodes: { type: "string", default: "50" },
    minutes: { type: "string", default: "10" },
    state: { type: "string", default: "node_modules/.cache/swarm" },
  },
})
const size = { nodes: Number(values.nodes), minutes: Number(values.minutes) }
const file = path.join(values.state, "swarm.json")

/** @type {{ next: number, passed: number, failed: number[] }} */
let state = { next: 1, passed: 0, failed: [] }
try {
  state = JSON.parse(readFileSync(file, "utf8"))
} catch (error) {
  if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ENOENT") throw error
}

let stopped = false
process.once("SIGINT", () => {
  stopped = true
})

if (values.only !== undefined) {
  const seed = Number(values.only)
  if (!(await tell(seed))) process.exitCode = 1
  else if (state.failed.includes(seed)) {
    state = { ...state, passed: state.passed + 1, failed: state.failed.filter((other) => other !== seed) }
    save()
  }
} else {
  const end = state.next + Number(values.seeds)
  while (state.next < end && !stopped) {
    const seed = state.next
    if (await tell(seed)) state.passed++
    else state.failed.push(seed)
    state.next = seed + 1
    save()
  }
  console.log(
    `${state.passed + state.failed.length} seeds so far, ${state.failed.length} failed: ${state.failed.join(" ")}`,
  )
  process.exitCode = state.failed.length > 0 ? 1 : 0
}

/** Runs one seed and prints how it went. @param {number} seed */
async function tell(seed) {
  const scenario = drawScenario(seed, size)
  const start = performance.now()
  const failure = await runSwarmScenario(scenario)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${seed}  ${failure === undefined ? "ok" : "FAILED"}  ${seconds} s  ${describeScenario(scenario)}`)
  if (failure !== undefined) console.log(failure)
  return failure === undefined
}

function save() {
  mkdirSync(values.state, { recursive: true })
  writeFileSync(`${file}.new`, JSON.stringify(state))
  renameSync(`${file}.new`, file)
}
