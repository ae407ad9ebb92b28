import type { SwarmSize } from "../../swarm/count.ts"
import { describeScenario, drawScenario, runSwarmScenario, type SwarmScenario } from "../../swarm/scenario.ts"
import type { SwarmShell } from "./run.ts"
import { shrinkScenario } from "../../swarm/shrink.ts"

/** Looks for the smallest scenario that fails as the one of a seed does, and prints it. Returns the exit code: 1 as it fails. */
export async function shrinkSeed(seed: number, size: SwarmSize, { print, stopSignal }: SwarmShell): Promise<number> {
  const scenario = drawScenario(seed, size)
  print(`${seed}  ${describeScenario(scenario)}`)
  const failure = await runSwarmScenario(scenario)
  if (failure === undefined) {
    print("it passes: there is nothing to shrink")
    return 0
  }
  print(`${failure.text}\n`)
  const shrunk = await shrinkScenario(scenario, {
    fails: async (smaller) => failsAlike((await runSwarmScenario(smaller))?.judges ?? [], failure.judges),
    onTry({ number, scenario: tried, fails }) {
      print(`try ${number}  ${fails ? "fails " : "passes"}  ${tried.nodes} nodes, ${describeScenario(tried)}`)
      stopSignal.throwIfAborted()
    },
  })
  print(`\nthe smallest that fails: ${shrunk.nodes} nodes, ${shrunk.minutes} minutes, ${describeScenario(shrunk)}`)
  print((await runSwarmScenario(shrunk))?.text ?? "")
  print(`\nas a test:\nexpect(await runSwarmScenario(${asCode(shrunk)})).toBeUndefined()`)
  return 1
}

/** Whether one of the judges who were not content is not content again. */
function failsAlike(judges: readonly string[], before: readonly string[]): boolean {
  return judges.some((judge) => before.includes(judge))
}

function asCode(scenario: SwarmScenario): string {
  return JSON.stringify(scenario, undefined, 2)
}
