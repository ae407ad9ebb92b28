/** How large the scenarios of a count are. */
export interface SwarmSize {
  readonly nodes: number
  readonly minutes: number
}

/** Which seeds of the swarm were run, and how it went: what is kept between runs. */
export interface SwarmCount {
  readonly size: SwarmSize
  /** The lowest seed that was not run. */
  readonly next: number
  /** Seeds above it that were run, in order. */
  readonly beyond: readonly number[]
  readonly passed: number
  /** In order. */
  readonly failed: readonly number[]
}

/** The count before the first seed, which is 1. */
export function emptyCount(size: SwarmSize): SwarmCount {
  return { size, next: 1, beyond: [], passed: 0, failed: [] }
}

/** The count with the outcome of one more seed. One that was run before counts once: with the new outcome. */
export function countSeed(count: SwarmCount, seed: number, hasPassed: boolean): SwarmCount {
  const wasRun = isRun(count, seed)
  const hadPassed = wasRun && !count.failed.includes(seed)
  const others = count.failed.filter((other) => other !== seed)
  const run = new Set(wasRun ? count.beyond : [...count.beyond, seed])
  let { next } = count
  while (run.delete(next)) next++
  return {
    size: count.size,
    next,
    beyond: sorted(run),
    passed: count.passed + Number(hasPassed) - Number(hadPassed),
    failed: hasPassed ? others : sorted([...others, seed]),
  }
}

/** The next seeds that were not run, so many. */
export function seedsToRun(count: SwarmCount, howMany: number): number[] {
  const seeds: number[] = []
  for (let seed = count.next; seeds.length < howMany; seed++) if (!isRun(count, seed)) seeds.push(seed)
  return seeds
}

/** The count on one line, for people. */
export function describeCount(count: SwarmCount): string {
  const { passed, failed, size, next } = count
  const run = passed + failed.length
  const failures = failed.length === 0 ? "none failed" : `${failed.length} failed: ${failed.join(" ")}`
  return `${counted(run, "seed")} run in all, ${describeSize(size)}; ${failures}; the next is ${next}`
}

/** A number of things, for people: `1 seed`, `2 seeds`. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`
}

/** The count as it is kept. */
export function formatCount(count: SwarmCount): string {
  return `${JSON.stringify(count)}\n`
}

/**
 * Reads a count that was kept, for scenarios of this size.
 *
 * @throws {Error} if it is no count, or one of scenarios of another size
 */
export function parseCount(text: string, size: SwarmSize): SwarmCount {
  const count = JSON.parse(text) as SwarmCount
  const isCount =
    [count.next, count.passed, count.size?.nodes, count.size?.minutes].every(Number.isFinite) &&
    [count.beyond, count.failed].every((seeds) => Array.isArray(seeds) && seeds.every(Number.isInteger))
  if (!isCount) throw new Error("it is no count of the swarm")
  const { nodes, minutes } = count.size
  if (nodes !== size.nodes || minutes !== size.minutes)
    throw new Error(`it counts scenarios ${describeSize(count.size)}; keep this count in another folder`)
  return count
}

function describeSize({ nodes, minutes }: SwarmSize): string {
  return `of ${counted(nodes, "node")} for ${counted(minutes, "minute")}`
}

function isRun(count: SwarmCount, seed: number): boolean {
  return seed < count.next || count.beyond.includes(seed)
}

function sorted(seeds: Iterable<number>): number[] {
  return [...seeds].toSorted((a, b) => a - b)
}
