import type { Adversary } from "./adversary.ts"
import { eclipse } from "./eclipse.ts"
import {
  addressFlooder,
  garbageSpeaker,
  lyingClock,
  nonReader,
  silentDropper,
  slowloris,
  spammer,
} from "./nuisances.ts"

/** Every adversary of this package, by its name on a command line. */
export const adversaries = {
  eclipse,
  flooder: addressFlooder,
  dropper: silentDropper,
  slowloris,
  nonreader: nonReader,
  garbage: garbageSpeaker,
  clock: lyingClock,
  spammer,
} as const satisfies Readonly<Record<string, () => Adversary>>

/** The name of an adversary. */
export type AdversaryName = keyof typeof adversaries
