import { NetworkError, type Clock, type Listener, type Log, type Network } from "@dchat/runtime"
import type { ConnectionLimits } from "../connection/limits.ts"
import type { Dialect } from "../dialect/dialect.ts"
import type { Framing } from "../framing/framing.ts"
import { parseAddress } from "../transport/address.ts"
import { ListenError } from "../transport/errors.ts"
import type { RequestHandler } from "./request-handler.ts"
import { Server } from "./server.ts"

/** What a server needs of the world. */
export interface ServerRuntime {
  readonly clock: Clock
  readonly network: Pick<Network, "listen">
  readonly log?: Log
}

/** Options of {@link serve}. */
export interface ServeOptions {
  /** Where to listen: `tcp://host:port`, port 0 for any free one, or `unix:///path`. */
  listen: readonly string[]
  runtime: ServerRuntime
  /** Connections at one time. One more is answered with error -32000, id 0, and closed. Default: no limit. */
  connectionLimit?: number
  /** Methods that are answered as if they were not there. Default: none. */
  disabledMethods?: readonly string[]
  /** What one connection may cost. */
  limits?: Partial<ConnectionLimits>
  /** Default: one JSON text per line. */
  framing?: Framing
  /** Default: plain JSON-RPC 2.0. */
  dialect?: Dialect
}

/**
 * Listens, and answers what comes. Returns when every address is bound.
 *
 * Rejects with an `AddressError` or a {@link ListenError}; then it listens nowhere.
 */
export async function serve(handler: RequestHandler, options: ServeOptions): Promise<Server> {
  const listeners: Listener[] = []
  try {
    for (const url of options.listen) listeners.push(await listen(url, options.runtime))
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()))
    throw error
  }
  return new Server(handler, listeners, options)
}

async function listen(url: string, { network }: ServerRuntime): Promise<Listener> {
  const address = parseAddress(url)
  try {
    return await network.listen(address)
  } catch (error) {
    if (error instanceof NetworkError) throw new ListenError(url, error)
    throw error
  }
}
