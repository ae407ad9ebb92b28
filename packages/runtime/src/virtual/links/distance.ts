import type { Link, LinkContext, LinkPolicy } from "../link.ts"

/** Options of {@link distances}. Times are in milliseconds. */
export interface DistanceOptions {
  /** The least delay of one way between two hosts. Default 20. */
  readonly min?: number
  /** The greatest. Default 150. */
  readonly max?: number
  /** How much later than that a chunk may be, drawn for each. Default 0. */
  readonly jitter?: number
}

/**
 * Each two hosts are so far from each other: a delay that follows from the seed and their names, the same both ways, and
 * jitter beside it. Between a host and itself there is none. Chunks stay whole, and none overtakes another.
 */
export function distances({ min = 20, max = 150, jitter = 0 }: DistanceOptions = {}): LinkPolicy {
  const known = new WeakMap<Link, number>()
  const delayOf = (link: Link, { random }: LinkContext): number => {
    let delay = known.get(link)
    if (delay === undefined) {
      const ends = [nameOf(link.from), nameOf(link.to)].toSorted()
      delay = ends[0] === ends[1] ? 0 : min + (max - min) * random.fork(ends.join(" ")).float()
      known.set(link, delay)
    }
    return delay === 0 || jitter === 0 ? delay : delay + jitter * random.float()
  }
  return {
    connect: (link, context) => ({ kind: "deliver", delay: delayOf(link, context) }),
    send: (link, _bytes, context) => ({ kind: "deliver", delay: delayOf(link, context) }),
  }
}

function nameOf({ host, ip }: Link["from"]): string {
  return host ?? ip
}
