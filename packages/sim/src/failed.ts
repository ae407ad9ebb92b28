import type { Simulation } from "./simulation.ts"
import { textOf } from "./text.ts"

const MOST_FAULTS = 50

/** A judge was not content with a simulation, or something was thrown. The text has what is needed to see it again. */
export class SimulationFailed extends Error {
  override readonly name = "SimulationFailed"
  declare readonly net: Simulation

  constructor(net: Simulation, cause?: unknown) {
    super(describe(net, cause), cause === undefined ? undefined : { cause })
    // Not to be shown with the error: a network has thousands of lines, and the text stands above them.
    Object.defineProperty(this, "net", { value: net })
  }
}

function describe(net: Simulation, cause: unknown): string {
  const failures = net.findings.filter((finding) => finding.failures.length > 0)
  const { faults } = net.journal
  return [
    `the simulation with seed ${net.seed} and ${net.nodes.length} nodes failed`,
    ...(cause === undefined ? [] : [`  thrown at ${Math.round(net.now)} ms: ${textOf(cause)}`]),
    ...failures.flatMap(({ judge, failures: texts }) => [`  not so: ${judge}`, ...texts.map((text) => `    ${text}`)]),
    `  faults: ${faults.length === 0 ? "none" : ""}`.trimEnd(),
    ...faults.slice(0, MOST_FAULTS).map(({ at, what }) => `    ${Math.round(at)} ms  ${what}`),
    ...(faults.length > MOST_FAULTS ? [`    and ${faults.length - MOST_FAULTS} more`] : []),
  ].join("\n")
}
