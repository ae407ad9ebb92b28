import type { Random } from "@dchat/runtime"

/** How nodes come to know each other. */
export type Topology =
  /** Each node is told its peers: a random connected graph of this mean degree. Default 8. Quick. */
  | { readonly kind: "given"; readonly degree?: number }
  /** As on the real network: nodes know seeds (default 2), and fill their outbound slots (default 8) with whom they find. */
  | { readonly kind: "found"; readonly seeds?: number; readonly slots?: number }

/**
 * Whom each node dials, so that all are connected and the mean degree is `degree`. Who cannot be dialled dials twice as
 * many instead.
 *
 * @param isOpen Whether a node can be dialled.
 */
export function drawPeers(
  count: number,
  degree: number,
  isOpen: (index: number) => boolean,
  random: Random,
): number[][] {
  const open = Array.from({ length: count }, (_, index) => index).filter(isOpen)
  const dials = Math.max(1, Math.round(degree / 2))
  const chosen = Array.from({ length: count }, () => new Set<number>())
  for (let index = 0; index < count; index++) {
    const mine = chosen[index] as Set<number>
    const wanted = Math.min(isOpen(index) ? dials : 2 * dials, open.length - (isOpen(index) ? 1 : 0))
    // The first is somebody before us, so that there is a way from everybody to everybody.
    const before = lowerBound(open, index)
    const first = before > 0 ? open[random.integer(before)] : undefined
    if (first !== undefined && chosen[first]?.has(index) !== true) mine.add(first)
    for (let tries = 0; mine.size < wanted && tries < 50 * wanted; tries++) {
      const peer = open[random.integer(open.length)] as number
      if (peer !== index && chosen[peer]?.has(index) !== true) mine.add(peer)
    }
  }
  return chosen.map((peers) => [...peers])
}

/** How many of the sorted numbers are less. */
function lowerBound(sorted: readonly number[], value: number): number {
  let [from, to] = [0, sorted.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    if ((sorted[middle] as number) < value) from = middle + 1
    else to = middle
  }
  return from
}
