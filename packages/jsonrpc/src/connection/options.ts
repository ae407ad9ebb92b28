import type { Clock, Log } from "@dchat/runtime"
import type { Dialect } from "../dialect/dialect.ts"
import type { ConnectionCounters } from "./counters.ts"
import type { Handler } from "./handler.ts"
import type { ConnectionLimits } from "./limits.ts"

/** Options of a `Connection`. */
export interface ConnectionOptions {
  /**
   * Which side this is, as told by `isClient` and `isServer`; both sides may call. A server stops reading from a peer that
   * does not read; a client goes on, or the two could wait for each other for ever. Default `client`.
   */
  role?: "client" | "server"
  /** Answers the requests of the other side. Without one they wait for `requests()`. */
  handler?: Handler
  /** How long a call waits for its answer, in milliseconds; `Infinity` for ever. Default 60 s. */
  timeoutMs?: number
  /** What the ids of our calls are: 1 or `"1"`. Some peers take only one kind. Default `numbers`. */
  ids?: "numbers" | "texts"
  limits?: Partial<ConnectionLimits>
  dialect?: Dialect
  /** Whose life the connection is part of: when it aborts, the connection closes. Default: none. */
  signal?: AbortSignal | undefined
  /** Whether the other side is told what the error of a handler says. Default false: it gets a reference to our log. */
  exposeErrors?: boolean
  /** Where is counted which bounds were hit. Several connections may share one. Default: one of its own. */
  counters?: ConnectionCounters
  /** Default: the platform's. */
  clock?: Clock
  /** Default: says nothing. */
  log?: Log
}
