import type { Clock } from "@dchat/runtime"
import { counted, countSeed, describeCount, seedsToRun, type SwarmSize } from "../../swarm/count.ts"
import { describeScenario, drawScenario } from "../../swarm/scenario.ts"
import { CountFile } from "./count-file.ts"
import { runInWorkers } from "./pool.ts"

/** Where the swarm says how it goes, by which clock, and who ends it. */
export interface SwarmShell {
  readonly print: (line: string) => void
  readonly clock: Pick<Clock, "monotonic">
  readonly stopSignal: AbortSignal
}

/** What of the swarm is to be run. */
export interface SwarmOptions {
  readonly size: SwarmSize
  /** The folder in which the count is kept. */
  readonly state: string
  /** The one seed to run, whether it was run before or not. */
  readonly only: number | undefined
  /** How many of those that were not run, otherwise. */
  readonly seeds: number
  readonly jobs: number
  /** What workers run. */
  readonly program: string
}

/** Runs scenarios, prints how each went and the count in all. Returns the exit code: 1 if any of those that it ran failed. */
export async function runSwarm(options: SwarmOptions, { print, clock, stopSignal }: SwarmShell): Promise<number> {
  const { size, state, only, seeds, jobs, program } = options
  const file = new CountFile(state)
  let count = file.read(size)
  const chosen = only === undefined ? seedsToRun(count, seeds) : [only]
  const start = clock.monotonic()
  let done = 0
  let failed = 0
  await runInWorkers(
    chosen.map((seed) => ({ seed, size })),
    {
      program,
      args: ["--worker"],
      jobs,
      clock,
      signal: stopSignal,
      onOutcome({ seed, seconds, failure }) {
        const verdict = failure === undefined ? "ok" : "FAILED"
        done++
        print(`${seed}  ${verdict}  ${seconds.toFixed(1)} s  ${describeScenario(drawScenario(seed, size))}`)
        if (failure !== undefined) {
          failed++
          print(failure.text)
        }
        count = countSeed(count, seed, failure === undefined)
        file.write(count)
      },
    },
  )
  const minutes = ((clock.monotonic() - start) / 60_000).toFixed(1)
  const left = chosen.length - done
  const stopped = stopSignal.aborted
    ? `stopped; ${counted(left, "seed")} ${left === 1 ? "was" : "were"} not finished. `
    : ""
  print(`${stopped}${counted(done, "seed")} run in ${minutes} min, ${failed} failed`)
  print(describeCount(count))
  return failed > 0 || stopSignal.aborted ? 1 : 0
}
