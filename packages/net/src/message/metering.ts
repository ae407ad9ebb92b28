import type { Metering } from "../channel/metering.ts"

/** Of messages of which a peer needs few: version, verack, ping, pong (darkfi-net 3). */
export const BUILT_IN: Metering = { score: 1, threshold: 4, stepMs: 1000, windowMs: 10_000 }

/** Of getaddr and addr (darkfi-net 3). */
export const GOSSIP: Metering = { score: 1, threshold: 6, stepMs: 1000, windowMs: 10_000 }
