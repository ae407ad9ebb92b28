import data from "../vectors/server.json" with { type: "json" }
import type { ServerVector } from "../vector.ts"

/** What a server is tried with. */
export const SERVER_VECTORS: readonly ServerVector[] = data.cases as readonly ServerVector[]
