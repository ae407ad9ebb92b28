import type { TransportListener } from "../transport/listener.ts"
import { pickScheme, streamListeners, type ListenContext, type Listeners } from "../transport/scheme.ts"
import { newlineFraming } from "../framing/newline.ts"
import type { ServeOptions } from "./options.ts"
import type { RequestHandler } from "./request-handler.ts"
import { Server } from "./server.ts"

/**
 * Listens, and answers what comes. Returns when every address is bound.
 *
 * Rejects with an `AddressError` or a {@link ListenError}, or a TypeError when the handler or `listen` is none; then it listens nowhere.
 */
export async function serve(handler: RequestHandler, options: ServeOptions): Promise<Server> {
  if (typeof (handler as Partial<RequestHandler>).handle !== "function") {
    throw new TypeError("serve takes what router(contract, handlers) or requestHandler(function) gives")
  }
  if (!isList(options.listen)) {
    throw new TypeError('the option listen is a list of URLs, one at least: { listen: ["tcp://127.0.0.1:7000"] }')
  }
  const { runtime, framing = newlineFraming(), schemes } = options
  const known: Listeners = { ...streamListeners(runtime.network), ...schemes }
  const { clock, log } = runtime
  const context: ListenContext = { clock, framing, ...(log === undefined ? {} : { log }) }
  const [first, ...others] = options.listen
  const listeners: [TransportListener, ...TransportListener[]] = [await pickScheme(first, known)(first, context)]
  try {
    for (const url of others) listeners.push(await pickScheme(url, known)(url, context))
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()))
    throw error
  }
  return new Server(handler, listeners, options)
}

/** The compiler has seen to it, but not everybody has one. */
function isList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0
}
