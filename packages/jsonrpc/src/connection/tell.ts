import type { SpelledMessage } from "../dialect/subscription-spelling.ts"
import type { Peer } from "./peer.ts"

/** Sends a message whose answer, if there is one, does not matter. */
export function tell(peer: Pick<Peer, "notify" | "request">, { kind, method, params }: SpelledMessage): void {
  const told = kind === "notification" ? peer.notify(method, params) : peer.request(method, params)
  told.catch(() => {})
}
