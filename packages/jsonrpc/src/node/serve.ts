import { nodeRuntime } from "@dchat/runtime/node"
import type { ServeOptions, ServerRuntime } from "../server/options.ts"
import type { RequestHandler } from "../server/request-handler.ts"
import { serve as serveWith } from "../server/serve.ts"
import type { Server } from "../server/server.ts"
import { nodeListeners, type ServerSchemeOptions } from "./schemes.ts"

/** Options of {@link serve}. */
export interface NodeServeOptions extends Omit<ServeOptions, "runtime">, ServerSchemeOptions {
  /** Default: this computer. */
  runtime?: ServerRuntime
}

/**
 * As `serve` of the main entry, on this computer's network: on `tcp://`, `unix://`, `tls://` (or `tcp+tls://`), `ws://`,
 * `wss://`, `http://` and `https://` URLs. Those of the last four that name the same host and port share it, unless that port
 * is 0.
 */
export function serve(handler: RequestHandler, options: NodeServeOptions): Promise<Server> {
  const { websocket, http, tls, schemes, ...others } = options
  const given = { ...(websocket && { websocket }), ...(http && { http }), ...(tls && { tls }) }
  return serveWith(handler, { runtime: nodeRuntime(), ...others, schemes: { ...nodeListeners(given), ...schemes } })
}
