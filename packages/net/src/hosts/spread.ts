import type { Random } from "@dchat/runtime"

/** What a draw looks at. */
export interface Spread {
  readonly group: string
  readonly bucket: number
}

/** The hosts of one netgroup in one bucket, which are drawn with one chance. */
export interface Cell<T> {
  readonly group: string
  readonly hosts: readonly T[]
  readonly weight: number
}

/**
 * The chances of hosts in a draw that nobody can win by numbers: a bucket is as likely as any other, and in it a
 * netgroup as any other, shared among the buckets that the group is in. So a source that fills its few buckets gains no
 * more than these, and a netgroup with a thousand addresses no more than one with a single address.
 */
export function cellsOf<T extends Spread>(hosts: Iterable<T>): Cell<T>[] {
  const buckets = new Map<number, Map<string, T[]>>()
  const spread = new Map<string, number>()
  for (const host of hosts) {
    let groups = buckets.get(host.bucket)
    if (groups === undefined) buckets.set(host.bucket, (groups = new Map<string, T[]>()))
    const members = groups.get(host.group)
    if (members !== undefined) members.push(host)
    else {
      groups.set(host.group, [host])
      spread.set(host.group, (spread.get(host.group) ?? 0) + 1)
    }
  }
  const cells: Cell<T>[] = []
  for (const groups of buckets.values()) {
    for (const [group, members] of groups) {
      cells.push({ group, hosts: members, weight: 1 / groups.size / (spread.get(group) ?? 1) })
    }
  }
  return cells
}

/**
 * Up to `count` hosts, drawn with the chances of {@link cellsOf}. A netgroup comes up again only when every other has.
 *
 * Each cell gets a time from the exponential distribution with its weight for a rate, and the earliest comes first: the same
 * as one draw after the other without what was drawn, but with one look at the cells instead of one for each draw.
 */
export function drawSpread<T extends Spread>(hosts: readonly T[], count: number, random: Random): T[] {
  const drawn = new Set<T>()
  while (drawn.size < count && drawn.size < hosts.length) {
    const cells = cellsOf(hosts.filter((host) => !drawn.has(host)))
    const timed = cells.map((cell) => ({ cell, time: -Math.log(1 - random.float()) / cell.weight }))
    const groups = new Set<string>()
    for (const { cell } of timed.sort((a, b) => a.time - b.time)) {
      if (drawn.size === count) break
      if (groups.has(cell.group)) continue
      groups.add(cell.group)
      drawn.add(cell.hosts[random.integer(cell.hosts.length)] as T)
    }
  }
  return [...drawn]
}
