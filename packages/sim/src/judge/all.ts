import { onlyGuiltyBanned } from "./bans.ts"
import { boundsHold, listsAreSound } from "./bounds.ts"
import { allConnected } from "./connected.ts"
import { chatArrives, floodArrives } from "./delivery.ts"
import { noErrors } from "./errors.ts"
import type { Judge } from "./judge.ts"
import { nothingLeft } from "./leftovers.ts"

/** All judges of this package, in the order in which they are asked. */
export const allJudges: readonly Judge[] = [
  noErrors,
  allConnected,
  chatArrives,
  floodArrives,
  boundsHold,
  listsAreSound,
  onlyGuiltyBanned,
  nothingLeft,
]
