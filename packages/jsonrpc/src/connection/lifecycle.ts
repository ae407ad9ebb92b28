/**
 * Where a connection is in its life. `finishing`: what was begun is ended, nothing new is begun. `closing`: everything is
 * settled, the last bytes leave. `closed`: the transport is gone.
 */
export type ConnectionStatus = "open" | "finishing" | "closing" | "closed"

const MOVES: Readonly<Record<ConnectionStatus, readonly ConnectionStatus[]>> = {
  open: ["finishing", "closing", "closed"],
  finishing: ["closing", "closed"],
  closing: ["closed"],
  closed: [],
}

/** Whether a connection may go from one status to the other. */
export function mayMove(from: ConnectionStatus, to: ConnectionStatus): boolean {
  return MOVES[from].includes(to)
}
