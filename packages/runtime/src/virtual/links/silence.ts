import type { Link, LinkContext, LinkPolicy } from "../link.ts"

/** TCP tries again after this long, in milliseconds, then twice as long, and so on */
const FIRST_RETRY_MS = 200
/** up to this long, */
const LAST_RETRY_MS = 30_000
/** and gives up after this long, as Linux does. */
const GIVE_UP_MS = 924_000

/**
 * Some links are silent at some moments: attempts to connect are never answered, and what is sent does not arrive. As
 * with TCP, it is sent again after 0.2, 0.4, 0.8 ... 30 s until the link speaks, and a connection that was silent for
 * 924 s breaks. A partition is this, and a cable that is pulled, and a half-open connection.
 */
export function withSilence(below: LinkPolicy, isSilent: (link: Link, context: LinkContext) => boolean): LinkPolicy {
  const since = new WeakMap<Link, number>()
  let hasBeenSilent = false
  return {
    connect: (link, context) => (isSilent(link, context) ? { kind: "lose" } : below.connect(link, context)),
    send(link, bytes, context) {
      if (!isSilent(link, context)) {
        if (hasBeenSilent) since.delete(link)
        return below.send(link, bytes, context)
      }
      const from = since.get(link) ?? context.now
      since.set(link, from)
      hasBeenSilent = true
      const silent = context.now - from
      if (silent >= GIVE_UP_MS) return { kind: "reset", delay: 0 }
      return { kind: "hold", delay: Math.min(Math.max(silent, FIRST_RETRY_MS), LAST_RETRY_MS) }
    },
  }
}

/** Options of {@link withHalfOpen}. */
export interface HalfOpenOptions {
  /** One connection of so many falls silent, in one direction or both. */
  readonly oneIn: number
  /** At the latest after this long, in milliseconds. Default 600,000. */
  readonly withinMs?: number
}

/** Some connections fall silent for good, and neither side is told: a router forgot them, or a computer lost its power. */
export function withHalfOpen(below: LinkPolicy, { oneIn, withinMs = 600_000 }: HalfOpenOptions): LinkPolicy {
  const ends = new WeakMap<Link, number>()
  const silent = withSilence(below, (link, { now }) => now >= (ends.get(link) ?? Infinity))
  return {
    connect: (link, context) => below.connect(link, context),
    send(link, bytes, context) {
      if (!ends.has(link)) {
        const { now, random } = context
        const isHit = link.from.host !== link.to.host && random.integer(oneIn) === 0
        ends.set(link, isHit ? now + withinMs * random.float() : Infinity)
      }
      return silent.send(link, bytes, context)
    },
  }
}
