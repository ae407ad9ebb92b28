import type { ConnectionLimits } from "../connection/limits.ts"
import type { ConnectionOptions } from "../connection/options.ts"
import type { Dialect } from "../dialect/dialect.ts"

/** What a server may say of all its connections. */
export interface ServedConnectionOptions {
  /** What one connection, or one HTTP request, may cost. */
  limits?: Partial<ConnectionLimits>
  /** Default: plain JSON-RPC 2.0. */
  dialect?: Dialect
  /**
   * How long calls that the server makes to its clients wait for their answer, in milliseconds; `Infinity` for ever. Also
   * how long a client that will say nothing more is given to get its answers: over HTTP, how long a request may take
   * until it is answered with 503. Default 60 s.
   */
  timeoutMs?: number
  /**
   * Whether clients are told what the error of a handler says, as `data.message` of -32603. Default false: they get a
   * reference to the server's log. For development; such texts may hold what strangers should not read.
   */
  exposeErrors?: boolean
}

/** The options of each connection, as the server says. */
export function servedConnection(options: ServedConnectionOptions): ConnectionOptions {
  const { limits, dialect, timeoutMs, exposeErrors } = options
  return {
    role: "server",
    ...(limits !== undefined && { limits }),
    ...(dialect !== undefined && { dialect }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(exposeErrors !== undefined && { exposeErrors }),
  }
}

/** As {@link servedConnection}, for one HTTP request and its response: no item could follow, so nobody can subscribe. */
export function exchangeConnection(options: ServedConnectionOptions): ConnectionOptions {
  return servedConnection({ ...options, limits: { ...options.limits, maxSubscriptions: 0 } })
}
