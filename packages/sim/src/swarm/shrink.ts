import type { PlannedFault, SwarmScenario } from "./scenario.ts"

/** What a {@link shrinkScenario} is told to do. */
export interface ShrinkOptions {
  /** Whether a scenario still fails in the way that is looked for. Must give the same answer each time. */
  readonly fails: (scenario: SwarmScenario) => Promise<boolean>
  /** Told of each scenario that was tried. May throw to end it. */
  readonly onTry?: (attempt: ShrinkAttempt) => void
}

/** A scenario that was tried. */
export interface ShrinkAttempt {
  /** The number of the attempt, from 1 on. */
  readonly number: number
  readonly scenario: SwarmScenario
  /** Whether it fails, and so is what the next one is made from. */
  readonly fails: boolean
}

/** What can be set to 0, which is without it. */
const FEATURES = [
  "jitterMs",
  "chunkPercent",
  "resetOneIn",
  "halfOpenOneIn",
  "bytesPerSecond",
  "natPercent",
  "clockSkewMs",
] as const

const FEWEST_NODES = 2
/** For so long a scenario runs on after its last fault, in virtual minutes, so that things can come right. */
const REST_MINUTES = 3

/**
 * Looks for a smaller scenario that fails in the same way as a given one: leaves out adversaries, faults (with what mends
 * each), features of the links, then nodes and minutes, for as long as anything can go. What comes out depends on its
 * arguments only, and nothing can be left out of it by one of these steps.
 *
 * @param scenario One that fails.
 */
export async function shrinkScenario(scenario: SwarmScenario, options: ShrinkOptions): Promise<SwarmScenario> {
  const search = new Search(scenario, options)
  for (let before: SwarmScenario | undefined; search.best !== before;) {
    before = search.best
    await search.fewer(
      (best) => best.attacks,
      (best, attacks) => ({ ...best, attacks }),
    )
    await search.lower((best) => best.nodes, FEWEST_NODES, withNodes)
    await search.fewer(
      (best) => faultUnits(best.faults),
      (best, units) => ({ ...best, faults: units.flat().toSorted((a, b) => a.minute - b.minute) }),
    )
    for (const feature of FEATURES) await search.attempt({ ...search.best, [feature]: 0 })
    const last = Math.max(0, ...search.best.faults.map(({ minute }) => minute))
    await search.lower(
      (best) => best.minutes,
      Math.ceil(last + REST_MINUTES),
      (best, minutes) => ({ ...best, minutes }),
    )
  }
  return search.best
}

/** The smallest scenario so far that fails. */
class Search {
  readonly #options: ShrinkOptions
  readonly #tried = new Set<string>()
  best: SwarmScenario

  constructor(best: SwarmScenario, options: ShrinkOptions) {
    this.best = best
    this.#options = options
    this.#tried.add(JSON.stringify(best))
  }

  /** Tries a scenario, unless it was tried before. */
  async attempt(scenario: SwarmScenario): Promise<boolean> {
    const text = JSON.stringify(scenario)
    if (this.#tried.has(text)) return false
    this.#tried.add(text)
    const fails = await this.#options.fails(scenario)
    if (fails) this.best = scenario
    this.#options.onTry?.({ number: this.#tried.size - 1, scenario, fails })
    return fails
  }

  /** Leaves out parts of a list: all, then halves, quarters, and so on, down to single ones. */
  async fewer<T>(
    read: (best: SwarmScenario) => readonly T[],
    make: (best: SwarmScenario, parts: readonly T[]) => SwarmScenario,
  ): Promise<void> {
    if (read(this.best).length === 0 || (await this.attempt(make(this.best, [])))) return
    for (let size = Math.ceil(read(this.best).length / 2); ; size = Math.ceil(size / 2)) {
      for (let from = 0; from < read(this.best).length;) {
        const parts = read(this.best)
        const without = [...parts.slice(0, from), ...parts.slice(from + size)]
        if (!(await this.attempt(make(this.best, without)))) from += size
      }
      if (size === 1) return
    }
  }

  /** Makes a number smaller: the least that will do, as far as halving the distance finds it. */
  async lower(
    read: (best: SwarmScenario) => number,
    least: number,
    make: (best: SwarmScenario, value: number) => SwarmScenario,
  ): Promise<void> {
    for (let from = least; from < read(this.best);) {
      const value = from === least ? least : Math.floor((from + read(this.best)) / 2)
      if (!(await this.attempt(make(this.best, value)))) from = value + 1
    }
  }
}

/** Faults with what mends them: to leave out one without the other makes a fault that the seed did not draw. */
function faultUnits(faults: readonly PlannedFault[]): PlannedFault[][] {
  const units: PlannedFault[][] = []
  const open = new Map<string, PlannedFault[]>()
  for (const fault of faults) {
    const isOfNetwork = fault.kind === "partition" || fault.kind === "heal"
    const whose = isOfNetwork ? "network" : `node ${fault.node}`
    const unit = open.get(whose)
    if (fault.kind === "clock") units.push([fault])
    else if (unit === undefined) {
      const begun = [fault]
      open.set(whose, begun)
      units.push(begun)
    } else {
      unit.push(fault)
      open.delete(whose)
    }
  }
  return units
}

/** The scenario with fewer nodes: those that faults name and that are gone are replaced by others. */
function withNodes(scenario: SwarmScenario, nodes: number): SwarmScenario {
  const named = new Set(scenario.faults.filter(isOfNode).map(({ node }) => node))
  const free = Array.from({ length: nodes }, (_, index) => index).filter((index) => !named.has(index))
  const renamed = new Map([...named].map((node) => [node, node < nodes ? node : free.shift()]))
  const faults = scenario.faults.flatMap((fault): PlannedFault[] => {
    if (fault.kind === "partition") {
      const cut = Math.round((fault.node * nodes) / scenario.nodes)
      return [{ ...fault, node: Math.min(Math.max(cut, 1), nodes - 1) }]
    }
    const node = isOfNode(fault) ? renamed.get(fault.node) : fault.node
    // More were named than there are: those faults go.
    return node === undefined ? [] : [{ ...fault, node }]
  })
  return { ...scenario, nodes, faults }
}

function isOfNode({ kind }: PlannedFault): boolean {
  return kind !== "partition" && kind !== "heal"
}
