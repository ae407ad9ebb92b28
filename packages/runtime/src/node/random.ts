import { randomFillSync } from "node:crypto"
import type { Random } from "../random.ts"
import { randomFrom } from "../uniform.ts"

/** Cryptographic randomness from the operating system. A fork is the source itself: there is no seed to part. */
export const nodeRandom: Random = randomFrom((bytes) => randomFillSync(bytes))
