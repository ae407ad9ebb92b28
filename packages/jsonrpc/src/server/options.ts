import type { Clock, Log, Network } from "@dchat/runtime"
import type { Framing } from "../framing/framing.ts"
import type { Listeners } from "../transport/scheme.ts"
import type { ServedConnectionOptions } from "./served-connection.ts"

/** What a server that listens needs of the world. */
export interface ServerRuntime {
  readonly clock: Clock
  readonly network: Pick<Network, "listen">
  readonly log?: Log
}

/** What is said of a server, wherever its connections come from. */
export interface ServerOptions extends ServedConnectionOptions {
  runtime: Omit<ServerRuntime, "network">
  /** Connections at one time. One more is answered with error -32000, id 0, and closed. Default: no limit. */
  connectionLimit?: number
  /** Methods that are answered as if they were not there. Default: none. */
  disabledMethods?: readonly string[]
}

/** Options of `serve`. */
export interface ServeOptions extends ServerOptions {
  /** Where to listen: `tcp://host:port`, port 0 for any free one, `unix:///path`, or a URL of one of the `schemes`. */
  listen: readonly [string, ...string[]]
  runtime: ServerRuntime
  /** Default: one JSON text per line. */
  framing?: Framing
  /** How to listen on URLs of other schemes, or otherwise on those, by scheme, such as `ws:`. Default: none. */
  schemes?: Listeners
}

/** How a server is stopped. */
export interface StopServerOptions {
  /** How long requests in flight may take to be answered, in milliseconds. Default 1 s. */
  drainMs?: number
}
