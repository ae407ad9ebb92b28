import { randomBytes, randomInt } from "node:crypto"
import type { Random } from "../random.ts"

/** Cryptographic randomness from the operating system. A fork is the source itself: there is no seed to part. */
export const nodeRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
  integer: (bound) => randomInt(bound),
  float: () => randomInt(2 ** 47) / 2 ** 47,
  fork: () => nodeRandom,
}
