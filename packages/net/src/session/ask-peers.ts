import { isTimeout, timeout, type CancelScope } from "@dchat/task"
import { GetAddr, type AddrRequest } from "../message/address.ts"
import type { SessionContext } from "./context.ts"

/** Asks every peer for addresses. Returns whether new ones came in within some milliseconds, as soon as they do. */
export async function askPeers(
  node: SessionContext,
  request: AddrRequest,
  waitMs: number,
  signal: CancelScope,
): Promise<boolean> {
  const { hosts, runtime } = node
  const arrivals = hosts.arrivals.subscribe({ capacity: 1 })
  hosts.ask(request.max)
  node.broadcast(GetAddr, request)
  try {
    const arrival = (scope: CancelScope): Promise<number> => arrivals.receive({ signal: scope })
    await timeout(waitMs, arrival, { signal, clock: runtime.clock })
    return true
  } catch (error) {
    if (!isTimeout(error)) throw error
    return false
  } finally {
    arrivals.close()
  }
}
