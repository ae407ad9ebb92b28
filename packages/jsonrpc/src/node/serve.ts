import { nodeRuntime } from "@dchat/runtime/node"
import type { ServeOptions, ServerRuntime } from "../server/options.ts"
import type { RequestHandler } from "../server/request-handler.ts"
import { serve as serveWith } from "../server/serve.ts"
import type { Server } from "../server/server.ts"

/** Options of {@link serve}. */
export interface NodeServeOptions extends Omit<ServeOptions, "runtime"> {
  /** Default: this computer. */
  runtime?: ServerRuntime
}

/** As `serve` of the main entry, on this computer's network. */
export function serve(handler: RequestHandler, options: NodeServeOptions): Promise<Server> {
  return serveWith(handler, { runtime: nodeRuntime(), ...options })
}
