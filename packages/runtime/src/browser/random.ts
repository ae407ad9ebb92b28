import type { Random } from "../random.ts"
import { randomFrom } from "../uniform.ts"

/** What `getRandomValues` fills at once, at most. */
const FILL_MAX_BYTES = 65_536

/** Cryptographic randomness of a page or a worker. A fork is the source itself: there is no seed to part. */
export const browserRandom: Random = randomFrom((bytes) => {
  for (let at = 0; at < bytes.length; at += FILL_MAX_BYTES)
    crypto.getRandomValues(bytes.subarray(at, at + FILL_MAX_BYTES))
})
