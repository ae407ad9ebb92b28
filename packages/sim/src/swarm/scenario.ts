import {
  distances,
  SeededRandom,
  withBandwidth,
  withChunks,
  withHalfOpen,
  withLoss,
  type LinkPolicy,
} from "@dchat/runtime/virtual"
import { adversaries, type AdversaryName } from "../adversary/all.ts"
import { SimulationFailed } from "../failed.ts"
import { allJudges } from "../judge/all.ts"
import type { Judge } from "../judge/judge.ts"
import type { Topology } from "../network/topology.ts"
import { simulate } from "../simulate.ts"
import type { Simulation } from "../simulation.ts"

/** Something that is done to a network, at a virtual minute. */
export interface PlannedFault {
  readonly minute: number
  readonly kind: "partition" | "heal" | "crash" | "silence" | "restart" | "torn" | "leave" | "rejoin" | "clock"
  /** For whom, by index; a partition cuts the network before this one. */
  readonly node: number
}

/** A scenario that a seed has drawn. A plain value: to shrink it, leave faults out. */
export interface SwarmScenario {
  readonly seed: number
  readonly nodes: number
  readonly minutes: number
  readonly topology: Topology
  readonly jitterMs: number
  readonly chunkPercent: number
  /** One chunk of so many breaks its connection; 0 for none. */
  readonly resetOneIn: number
  /** One connection direction of so many falls silent; 0 for none. */
  readonly halfOpenOneIn: number
  /** What a host can send; 0 for any amount. */
  readonly bytesPerSecond: number
  readonly natPercent: number
  readonly clockSkewMs: number
  readonly attacks: readonly AdversaryName[]
  readonly faults: readonly PlannedFault[]
}

/** The scenario of a seed. Each feature is in about half of them, so that some scenarios have few. */
export function drawScenario(
  seed: number,
  { nodes, minutes }: { readonly nodes: number; readonly minutes: number },
): SwarmScenario {
  const random = new SeededRandom(`swarm ${seed}`)
  const some = (least: number, most: number): number =>
    random.integer(2) === 0 ? 0 : least + random.integer(most - least + 1)
  const names = Object.keys(adversaries) as AdversaryName[]
  return {
    seed,
    nodes,
    minutes,
    topology:
      random.integer(2) === 0
        ? { kind: "given", degree: 4 + random.integer(7) }
        : { kind: "found", seeds: 1 + random.integer(3), slots: 3 + random.integer(6) },
    jitterMs: some(1, 200),
    chunkPercent: some(1, 100),
    resetOneIn: some(500, 20_000),
    halfOpenOneIn: some(20, 400),
    bytesPerSecond: some(20_000, 1_000_000),
    natPercent: some(5, 50),
    clockSkewMs: some(1, 60_000),
    attacks: random.integer(2) === 0 ? [] : names.filter((name) => name !== "spammer" && random.integer(4) === 0),
    faults: drawFaults(random.fork("faults"), nodes, minutes),
  }
}

/** Faults in the first two thirds, and what mends each of them before the last minutes, in which all must come together. */
function drawFaults(random: SeededRandom, nodes: number, minutes: number): PlannedFault[] {
  const faults: PlannedFault[] = []
  const busy = (minutes * 2) / 3
  const when = (): number => random.float() * busy * 0.7
  const later = (minute: number): number => minute + random.float() * (busy - minute)
  if (random.integer(2) === 0) {
    const minute = when()
    faults.push({ minute, kind: "partition", node: 1 + random.integer(nodes - 1) })
    faults.push({ minute: later(minute), kind: "heal", node: 0 })
  }
  const churn = random.integer(2) === 0 ? 0 : random.integer(nodes)
  const victims = new Set(Array.from({ length: churn }, () => random.integer(nodes)))
  for (const node of victims) {
    const minute = when()
    const kind = (["leave", "crash", "silence"] as const)[random.integer(3)] ?? "leave"
    faults.push({ minute, kind, node })
    const back = kind === "leave" ? "rejoin" : random.integer(3) === 0 ? "torn" : "restart"
    faults.push({ minute: later(minute), kind: back, node })
  }
  if (random.integer(2) === 0) faults.push({ minute: when(), kind: "clock", node: random.integer(nodes) })
  return faults.toSorted((a, b) => a.minute - b.minute)
}

/** What was wrong with a scenario. */
export interface SwarmFailure {
  /** The names of the judges who were not content; {@link THROWN} if something was thrown. */
  readonly judges: readonly string[]
  /** All of it, with the seed and the faults. */
  readonly text: string
}

/** Stands among the judges of a {@link SwarmFailure} when something was thrown. */
const THROWN = "something was thrown"

/**
 * Runs a scenario. The same scenario gives the same outcome each time.
 *
 * @param judges Default: all of this package.
 * @returns undefined if all is well
 */
export async function runSwarmScenario(
  scenario: SwarmScenario,
  judges: readonly Judge[] = allJudges,
): Promise<SwarmFailure | undefined> {
  const { seed, nodes, minutes, topology, natPercent, clockSkewMs, attacks, faults } = scenario
  const options = {
    nodes,
    seed,
    topology,
    natPercent,
    clockSkewMs,
    links: linksOf(scenario),
    adversaries: attacks.map((name) => adversaries[name]()),
    judges,
  }
  try {
    await simulate(options, async (net) => {
      for (const fault of faults) net.after(fault.minute, () => apply(fault, net))
      let turn = 0
      net.every(7, () => {
        const node = net.node(turn++ % nodes)
        if (!node.isUp || node.p2p.state !== "running") return
        if (turn % 2 === 0) node.flood()
        else node.chat()
      })
      await net.run(minutes)
    })
    return undefined
  } catch (error) {
    if (!(error instanceof SimulationFailed)) throw error
    const blamed = error.net.findings.filter(({ failures }) => failures.length > 0).map(({ judge }) => judge)
    return { judges: error.cause === undefined ? blamed : [...blamed, THROWN], text: error.message }
  }
}

/** A scenario on one line. */
export function describeScenario({ topology, attacks, faults, ...rest }: SwarmScenario): string {
  const kinds = new Map<string, number>()
  for (const { kind } of faults) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  const numbers = [
    ["jitter", rest.jitterMs],
    ["cut %", rest.chunkPercent],
    ["reset 1 in", rest.resetOneIn],
    ["half-open 1 in", rest.halfOpenOneIn],
    ["bytes/s", rest.bytesPerSecond],
    ["NAT %", rest.natPercent],
    ["skew ms", rest.clockSkewMs],
  ] as const
  return [
    topology.kind === "given" ? `degree ${topology.degree ?? 8}` : `${topology.slots ?? 8} slots`,
    ...numbers.filter(([, value]) => value !== 0).map(([name, value]) => `${name} ${value}`),
    ...attacks,
    ...[...kinds].map(([kind, count]) => `${count} ${kind}`),
  ].join(", ")
}

function linksOf({ jitterMs, chunkPercent, resetOneIn, halfOpenOneIn, bytesPerSecond }: SwarmScenario): LinkPolicy {
  let links = distances({ jitter: jitterMs })
  if (bytesPerSecond > 0) links = withBandwidth(links, { bytesPerSecond: () => bytesPerSecond })
  if (chunkPercent > 0) links = withChunks(links, { percent: chunkPercent })
  if (resetOneIn > 0) links = withLoss(links, { sendOneIn: resetOneIn, connectOneIn: 20 })
  if (halfOpenOneIn > 0) links = withHalfOpen(links, { oneIn: halfOpenOneIn })
  return links
}

function apply({ kind, node: index }: PlannedFault, net: Simulation): void {
  const node = net.node(index)
  switch (kind) {
    case "partition":
      return net.partition(net.nodes.slice(0, index), net.nodes.slice(index))
    case "heal":
      return net.heal()
    case "crash":
      return node.crash()
    case "silence":
      return node.crash({ silent: true })
    case "restart":
      return node.restart()
    case "torn":
      return node.restart({ torn: true })
    case "leave":
      return node.leave()
    case "rejoin":
      return node.rejoin()
    case "clock":
      return node.stepClock(-3_600_000)
  }
}
