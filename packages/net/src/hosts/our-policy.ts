import { MOST_ANCHORS } from "./anchors.ts"
import { selectAddresses } from "./answer.ts"
import { BucketLists } from "./bucket-lists.ts"
import { drawCandidates, drawOther } from "./candidates.ts"
import type { Host } from "./lists.ts"
import type { AddressPolicy } from "./policy.ts"
import { AddressAllowance } from "./unsolicited.ts"

/** What others say of an address counts as older than they say by so many seconds: it is hearsay. */
const HEARSAY_AGE_S = 7200

/** Nobody misses a host that was not seen for so many seconds, */
const TERRIBLE_AGE_S = 30 * 86_400
/** or that is from the future by so many (the clock was set back), */
const TERRIBLE_AHEAD_S = 600
/** or that was dialled in vain so often. */
const TERRIBLE_FAILURES = 3

/** A host that was proven once is not forgotten for so long after it last answered, in seconds. */
const KEEP_LOST_S = 86_400

/** One attempt in so many that are in vain goes to a proven host, whatever its netgroup. */
const PROVEN_EVERY = 4

/**
 * What nodes do unless they are told otherwise: buckets by a secret hash of source and netgroup, test before evict,
 * draws that nobody wins by numbers, slots in different netgroups, anchors. Its model is Bitcoin's addrman.
 */
export const ourPolicy: AddressPolicy = {
  lists: ({ groupOf, now, random }) =>
    new BucketLists(random.fork("buckets").bytes(16), {
      groupOf,
      terrible: () => terribleAt(now()),
      // It may well be the way to it that is cut.
      mayComeBack: ({ provenAt }) => provenAt > now() - KEEP_LOST_S,
    }),

  allowance: ({ clock, questions }) => new AddressAllowance(clock, questions),

  /** A time in the future is taken as now; hearsay as two hours older than it says. */
  seen(claimed, now, isOwn) {
    const seen = claimed < BigInt(now) ? Number(claimed) : now
    return isOwn ? seen : Math.max(0, seen - HEARSAY_AGE_S)
  },

  /** Whoever is of another netgroup than those in the slots; if there is nobody else, whoever there is. */
  choose(lists, { settings, accept, taken, inVain }, random) {
    const { anybody, another } = acceptable(accept, taken)
    // Hearsay of other netgroups may be made up, and have no end.
    const isProvenDue = inVain % PROVEN_EVERY === PROVEN_EVERY - 1
    const proven = isProvenDue ? drawCandidates(lists, { ...settings, disableGreys: true }, anybody, random) : []
    return (
      proven[0] ??
      drawCandidates(lists, settings, another, random)[0] ??
      drawCandidates(lists, settings, anybody, random)[0]
    )
  },

  rotates: true,

  chooseOther(lists, { settings, accept, taken }, random) {
    const { anybody, another } = acceptable(accept, taken)
    return drawOther(lists, settings, another, random) ?? drawOther(lists, settings, anybody, random)
  },

  answer: selectAddresses,

  anchors: MOST_ANCHORS,
}

/** Whom a slot may dial, and those of them that are of another netgroup than those in the slots. */
function acceptable(
  accept: (url: string) => boolean,
  taken: ReadonlySet<string>,
): Record<"anybody" | "another", (host: Host) => boolean> {
  return { anybody: ({ url }) => accept(url), another: ({ url, group }) => !taken.has(group) && accept(url) }
}

/** Whether a host that was only heard of is one that nobody misses, at a moment (UNIX seconds). */
function terribleAt(now: number): (host: Host) => boolean {
  return ({ lastSeen, failures }) =>
    lastSeen < now - TERRIBLE_AGE_S || lastSeen > now + TERRIBLE_AHEAD_S || failures >= TERRIBLE_FAILURES
}
