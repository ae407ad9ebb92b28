import type { Connection } from "../connection/connection.ts"

/** How a reconnecting connection is doing. */
export type LinkState =
  /** Somebody is being reached. `attempt` counts from 1 since the last time it worked. */
  | { readonly kind: "connecting"; readonly attempt: number }
  | { readonly kind: "connected"; readonly connection: Connection }
  /** It did not work, or the connection was lost: the next attempt is in `delayMs`. */
  | { readonly kind: "waiting"; readonly attempt: number; readonly delayMs: number; readonly error: Error | undefined }
  /** It was closed, or there is no hope. */
  | { readonly kind: "closed"; readonly error: Error | undefined }

const MOVES: Readonly<Record<LinkState["kind"], readonly LinkState["kind"][]>> = {
  connecting: ["connected", "waiting", "closed"],
  connected: ["waiting", "closed"],
  waiting: ["connecting", "closed"],
  closed: [],
}

/** Whether a link may go from one state to the other. */
export function mayTurn(from: LinkState["kind"], to: LinkState["kind"]): boolean {
  return MOVES[from].includes(to)
}
