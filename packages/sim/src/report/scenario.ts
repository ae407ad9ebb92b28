import { adversaries, type AdversaryName } from "../adversary/all.ts"
import type { Fault } from "../journal.ts"
import type { Finding } from "../judge/judge.ts"
import { judged } from "../simulate.ts"
import type { Simulation } from "../simulation.ts"
import type { SimulationOptions } from "../options.ts"
import { propagation, type Propagation } from "./propagation.ts"
import { attackerShare, type AttackerShare } from "./share.ts"

/** A run whose outcome is numbers: nodes that find each other, and somebody who says something to all now and then. */
export interface ScenarioOptions extends Pick<SimulationOptions, "nodes" | "policy" | "trace" | "onProgress"> {
  readonly seed: number | string
  /** Virtual minutes from the moment at which all are connected, beside the minute that judges need. */
  readonly minutes: number
  /** Who attacks. Default: nobody. */
  readonly attacks?: readonly AdversaryName[]
  /** Seconds from one flooded message to the next, each from another node. Default 10. */
  readonly everyS?: number
}

/** The outcome of a scenario. The same options give the same report, to the last digit. */
export interface Report {
  readonly seed: string
  readonly nodes: number
  /** Virtual milliseconds in all, before the nodes were stopped. */
  readonly ms: number
  readonly passed: boolean
  readonly findings: readonly Finding[]
  readonly faults: readonly Fault[]
  readonly propagation: Propagation
  /** At the end. */
  readonly attackers: AttackerShare
  /** Bans of adversaries, and of honest nodes. */
  readonly bans: { readonly guilty: number; readonly honest: number }
  /** Bytes between hosts. */
  readonly bytes: number
  /** The SHA-256 of the trace, and how many lines it has. */
  readonly trace: { readonly sha256: string; readonly lines: number }
}

/**
 * Runs a scenario.
 *
 * @throws {SimulationFailed} if something is thrown; what judges find is in the report
 */
export async function runScenario({
  minutes,
  attacks = [],
  everyS = 10,
  ...options
}: ScenarioOptions): Promise<Report> {
  let before: Pick<Report, "attackers" | "ms" | "bytes"> | undefined
  const net = await judged(
    {
      ...options,
      topology: { kind: "found" },
      adversaries: attacks.map((name) => adversaries[name]()),
    },
    async (net) => {
      let turn = 0
      net.every(everyS, () => net.node(turn++ % net.nodes.length).flood())
      await net.run(minutes)
      before = { attackers: attackerShare(net), ms: net.now, bytes: net.bytes }
    },
  )
  return report(net, before ?? { attackers: attackerShare(net), ms: net.now, bytes: net.bytes })
}

function report(net: Simulation, before: Pick<Report, "attackers" | "ms" | "bytes">): Report {
  const { findings, journal } = net
  const guilty = journal.bans.filter(({ peer }) => net.isGuilty(peer)).length
  return {
    seed: net.seed,
    nodes: net.nodes.length,
    ms: before.ms,
    passed: findings.every(({ failures }) => failures.length === 0),
    findings,
    faults: journal.faults,
    propagation: propagation(journal.messages.values()),
    attackers: before.attackers,
    bans: { guilty, honest: journal.bans.length - guilty },
    bytes: before.bytes,
    trace: { sha256: net.traceHash, lines: journal.trace.lines },
  }
}
