import type { Journal } from "../journal.ts"

/**
 * For so long a channel must stay up after a message was sent before the message must have come over it. A channel that
 * was silent all the while is given up within that time: a ping goes out 30 s after the last pong, and is waited for
 * 15 s.
 */
export const STABLE_MS = 60_000

/**
 * Which honest nodes have a channel to each other, as both see it, from `at` on for {@link STABLE_MS}, while no channel
 * between them comes or goes: for each node its neighbours, by index.
 */
export function stableLinks(journal: Journal, nodes: number, at: number): number[][] {
  const neighbours = Array.from({ length: nodes }, (): number[] => [])
  for (const { a, b, changes } of journal.pairs()) {
    let [ofA, ofB, isStable] = [0, 0, true]
    for (const { at: moment, node, change } of changes) {
      if (moment > at + STABLE_MS) break
      if (moment >= at) {
        isStable = false
        break
      }
      if (node === a) ofA += change
      else ofB += change
    }
    if (!isStable || ofA === 0 || ofB === 0) continue
    neighbours[a]?.push(b)
    neighbours[b]?.push(a)
  }
  return neighbours
}

/** All that can be reached from a node. */
export function reachable(neighbours: readonly (readonly number[])[], from: number): Set<number> {
  const seen = new Set([from])
  const frontier = [from]
  for (let node = frontier.pop(); node !== undefined; node = frontier.pop()) {
    for (const next of neighbours[node] ?? []) {
      if (seen.has(next)) continue
      seen.add(next)
      frontier.push(next)
    }
  }
  return seen
}
