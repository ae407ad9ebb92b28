import type { StoppableTask } from "@dchat/task"
import { silentLog, type Log } from "@dchat/runtime"
import { Connection } from "../connection/connection.ts"
import { ConnectionClosedError } from "../connection/errors.ts"
import type { ConnectionOptions } from "../connection/options.ts"
import type { Handler } from "../connection/handler.ts"
import { MethodNotFoundError, ServerError } from "../message/errors.ts"
import { ErrorCode } from "../message/rpc-error.ts"
import type { Params } from "../message/message.ts"
import type { AccessRequest } from "../transport/access.ts"
import type { TransportListener } from "../transport/listener.ts"
import { HttpExchange } from "../transport/http-exchange.ts"
import type { Transport } from "../transport/transport.ts"
import type { ServerOptions, StopServerOptions } from "./options.ts"
import type { RequestHandler } from "./request-handler.ts"
import { setAccess } from "./context.ts"
import { ServerTally, type ServerCounters } from "./counters.ts"
import { exchangeConnection, servedConnection } from "./served-connection.ts"
import { turnAway } from "./turn-away.ts"

/** A server, where it listens and who is connected. Made by `serve`. */
export class Server {
  /** Where it listens, with the ports that were found, in the order of the `listen` option. */
  readonly addresses: readonly [string, ...string[]]
  readonly #handler: RequestHandler
  readonly #listeners: readonly TransportListener[]
  readonly #options: ServerOptions
  readonly #connectionOptions: ConnectionOptions
  readonly #exchangeOptions: ConnectionOptions
  readonly #log: Log
  readonly #tasks = new Set<StoppableTask>()
  readonly #connections = new Set<Connection>()
  readonly #turnedAway = new Set<Promise<void>>()
  readonly #tally = new ServerTally()
  #drainMs = 1000
  #stopping: Promise<void> | undefined

  constructor(
    handler: RequestHandler,
    listeners: readonly [TransportListener, ...TransportListener[]],
    options: ServerOptions,
  ) {
    const { clock, log = silentLog } = options.runtime
    const [first, ...others] = listeners
    this.addresses = [first.address, ...others.map(({ address }) => address)]
    this.#handler = handler
    this.#listeners = listeners
    this.#options = options
    this.#log = log
    this.#connectionOptions = {
      ...servedConnection(options),
      counters: this.#tally.ofConnections,
      handler: this.#guarded(),
      clock,
      log,
    }
    this.#exchangeOptions = { ...this.#connectionOptions, ...exchangeConnection(options) }
    for (const listener of listeners) listener.accept((transport, access) => this.#welcome(transport, access))
  }

  /** The live connections. */
  get connections(): ReadonlySet<Connection> {
    return this.#connections
  }

  /** How much goes on, and how often each bound was hit since the server began. Looks at every connection. */
  getCounters(): ServerCounters {
    return this.#tally.read(this.#connections, this.#listeners)
  }

  /**
   * Sends a notification to every live connection. Who reads slowly is not waited for. What cannot be sent, because the
   * parameters are no JSON or are too long, goes to the log.
   */
  notify(method: string, params?: Params): void {
    for (const connection of this.#connections) {
      connection.notify(method, params).catch((error: unknown) => {
        if (error instanceof ConnectionClosedError) return
        this.#log.error("a notification was not sent", { remote: connection.remote, method, error })
      })
    }
  }

  /**
   * Stops listening, ends subscriptions, lets requests in flight be answered, closes every connection, and returns when all
   * of it has ended. Safe to call again; another `drainMs` counts from then on, so that `stop({ drainMs: 0 })` ends the wait.
   */
  stop({ drainMs }: StopServerOptions = {}): Promise<void> {
    if (drainMs !== undefined) this.#drainMs = drainMs
    if (this.#stopping !== undefined && drainMs !== undefined) void this.#finishAll()
    return (this.#stopping ??= this.#stop())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #stop(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close()))
    const tasks = [...this.#tasks]
    await this.#finishAll()
    await Promise.all([...tasks.map((task) => task.join()), ...this.#turnedAway])
  }

  async #finishAll(): Promise<void> {
    const timeoutMs = this.#drainMs
    await Promise.all([...this.#connections].map((connection) => connection.finish({ timeoutMs })))
  }

  #welcome(transport: Transport, access: AccessRequest | undefined): void {
    const { connectionLimit = Infinity, runtime } = this.#options
    if (this.#tasks.size >= connectionLimit) {
      this.#tally.refused++
      this.#log.warn("connection refused: the limit is reached", { remote: transport.remote, limit: connectionLimit })
      const error = new ServerError(ErrorCode.server, `the limit of ${connectionLimit} connections is reached`)
      const gone = turnAway(transport, error, runtime.clock)
      this.#turnedAway.add(gone)
      void gone.then(() => this.#turnedAway.delete(gone))
      return
    }
    this.#tally.accepted++
    let connection: Connection | undefined
    // What follows is kept for as long as the connection lives: no async function, and no name with its address.
    const task = this.#handler.connections.start(
      (scope) => {
        connection = this.#open(transport, access)
        scope.onCancel(() => void connection?.close())
        return connection.closed as Promise<unknown> as Promise<void>
      },
      {
        name: "JSON-RPC connection",
        clock: runtime.clock,
        onStop: () => {
          this.#tasks.delete(task)
          if (connection !== undefined) this.#forget(connection)
        },
      },
    )
    this.#tasks.add(task)
  }

  #open(transport: Transport, access: AccessRequest | undefined): Connection {
    const isExchange = transport instanceof HttpExchange
    const connection = new Connection(transport, isExchange ? this.#exchangeOptions : this.#connectionOptions)
    if (access !== undefined) setAccess(connection, access)
    this.#connections.add(connection)
    return connection
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection)
    void connection.closed.then((error) => {
      if (error !== undefined) this.#log.info("connection lost", { remote: connection.remote, error: error.message })
    })
  }

  #guarded(): Handler {
    const disabled = new Set(this.#options.disabledMethods)
    if (disabled.size === 0) return (request) => this.#handler.handle(request)
    return (request) => {
      if (disabled.has(request.method)) throw new MethodNotFoundError()
      return this.#handler.handle(request)
    }
  }
}
