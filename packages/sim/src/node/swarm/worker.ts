import type { Clock } from "@dchat/runtime"
import { drawScenario, runSwarmScenario, type SwarmFailure } from "../../swarm/scenario.ts"
import type { SwarmSize } from "../../swarm/count.ts"

/** What a worker is asked: to run the scenario of a seed. */
export interface SeedRequest {
  readonly seed: number
  readonly size: SwarmSize
}

/** How a scenario went. */
export interface SeedOutcome {
  readonly seed: number
  readonly seconds: number
  /** What was wrong; undefined if nothing was. */
  readonly failure: SwarmFailure | undefined
}

/** Makes this process a worker: it runs what its parent asks for until the parent hangs up. */
export function serveParent(clock: Pick<Clock, "monotonic">): void {
  // Ctrl-C goes to the parent, which ends us.
  process.on("SIGINT", () => {})
  process.once("disconnect", () => process.exit())
  process.on("message", (request: SeedRequest) => {
    void runSeed(request, clock).then((outcome) => process.send?.(outcome))
  })
}

async function runSeed({ seed, size }: SeedRequest, clock: Pick<Clock, "monotonic">): Promise<SeedOutcome> {
  const start = clock.monotonic()
  const failure = await runSwarmScenario(drawScenario(seed, size))
  return { seed, seconds: (clock.monotonic() - start) / 1000, failure }
}
