import { NetworkError, type Listener } from "@dchat/runtime"
import { parseAddress } from "../transport/address.ts"
import { ListenError } from "../transport/errors.ts"
import type { ServeOptions, ServerRuntime } from "./options.ts"
import type { RequestHandler } from "./request-handler.ts"
import { Server } from "./server.ts"

/**
 * Listens, and answers what comes. Returns when every address is bound.
 *
 * Rejects with an `AddressError` or a {@link ListenError}; then it listens nowhere.
 */
export async function serve(handler: RequestHandler, options: ServeOptions): Promise<Server> {
  const [first, ...others] = options.listen
  const listeners: [Listener, ...Listener[]] = [await listen(first, options.runtime)]
  try {
    for (const url of others) listeners.push(await listen(url, options.runtime))
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
