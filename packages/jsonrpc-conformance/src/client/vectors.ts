import data from "../vectors/client.json" with { type: "json" }
import type { ClientVector } from "../vector.ts"

/** What a client is tried with. */
export const CLIENT_VECTORS: readonly ClientVector[] = data.cases as readonly ClientVector[]
