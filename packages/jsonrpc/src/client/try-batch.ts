import { JsonRpcError } from "../message/rpc-error.ts"
import type { BatchClient, BatchItem, BatchResults, ClientDoors } from "./client.ts"

/** How a batch ended as a whole: with how each call of it did, or without an answer to any. */
export type WholeBatchOutcome<Items extends readonly BatchItem[]> =
  | { readonly ok: true; readonly responses: BatchResults<Items> }
  | { readonly ok: false; readonly error: JsonRpcError }

/**
 * As `api.$batch`, for who prefers to look rather than to catch: a batch that could not be sent or was not answered is a
 * value too, not a rejection.
 *
 * @example
 * const sent = await tryBatch(api, (batch) => [batch.hello("Daisy"), batch.bye("Daisy")])
 * if (sent.ok) console.log(sent.responses[0])
 */
export async function tryBatch<Api extends object, const Items extends readonly BatchItem[]>(
  api: ClientDoors<Api>,
  build: (batch: BatchClient<Api>) => Items,
): Promise<WholeBatchOutcome<Items>> {
  try {
    return { ok: true, responses: await api.$batch(build) }
  } catch (error) {
    if (error instanceof JsonRpcError) return { ok: false, error }
    throw error
  }
}
