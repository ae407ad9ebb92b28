// Runs random scenarios: 50 nodes, ten virtual minutes, random links, adversaries and faults. Each seed is a scenario of its
// own. The count goes on where it stopped: `swarm.json` in the folder of the state holds what was run and what failed.
import { availableParallelism } from "node:os"
import process from "node:process"
import { parseArgs } from "node:util"
import { nodeRuntime } from "@dchat/runtime/node"
import { runSwarm } from "./swarm/run.ts"
import { shrinkSeed } from "./swarm/shrink-seed.ts"
import { serveParent } from "./swarm/worker.ts"

const USAGE = `npm run swarm -- [options]

  --seeds N        runs the next N seeds that were not run (default 100)
  --jobs N         in so many processes (default: as many as there are processors)
  --only SEED      runs that seed, again if it was run; its last outcome counts
  --shrink         with --only: looks for a smaller scenario that fails in the same way, and prints it
  --nodes N        nodes of a scenario (default 50)
  --minutes N      virtual minutes of a scenario (default 10)
  --state FOLDER   where the count is kept (default node_modules/.cache/swarm)

Ctrl-C ends it; seeds that were not finished are run the next time.
`

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    jobs: { type: "string", default: String(availableParallelism()) },
    only: { type: "string" },
    shrink: { type: "boolean", default: false },
    nodes: { type: "string", default: "50" },
    minutes: { type: "string", default: "10" },
    state: { type: "string", default: "node_modules/.cache/swarm" },
    help: { type: "boolean", short: "h", default: false },
    // For the processes that this one starts.
    worker: { type: "boolean", default: false },
  },
})

const { clock } = nodeRuntime()
const stop = new AbortController()
const shell = { clock, stopSignal: stop.signal, print: (line: string) => void process.stdout.write(`${line}\n`) }

if (values.worker) serveParent(clock)
else if (values.help) process.stdout.write(USAGE)
else {
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort())
  process.exitCode = await runMain().catch((error: unknown) => {
    process.stderr.write(`swarm: ${error instanceof Error ? error.message : String(error)}\n`)
    return 2
  })
}

async function runMain(): Promise<number> {
  const size = { nodes: number("nodes", 2), minutes: number("minutes", 1) }
  const only = values.only === undefined ? undefined : number("only", 0)
  if (!values.shrink) {
    const options = { size, only, seeds: number("seeds", 1), jobs: number("jobs", 1) }
    return runSwarm({ ...options, state: values.state, program: import.meta.filename }, shell)
  }
  if (only === undefined) throw new Error("--shrink needs a seed: --only SEED --shrink")
  return shrinkSeed(only, size, shell)
}

function number(name: "seeds" | "jobs" | "only" | "nodes" | "minutes", least: number): number {
  const text = values[name] ?? ""
  const value = Number(text)
  if (text.trim() === "" || !Number.isInteger(value) || value < least)
    throw new Error(`--${name} ${text}: it must be a whole number from ${least} on`)
  return value
}
