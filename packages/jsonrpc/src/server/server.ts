import type { CancelScope, StoppableTask } from "@dchat/task"
import { silentLog, type ByteStream, type Listener, type Log } from "@dchat/runtime"
import { Connection, type ConnectionOptions } from "../connection/connection.ts"
import type { Handler } from "../connection/incoming.ts"
import { newlineFraming } from "../framing/newline.ts"
import { ErrorCode, MethodNotFoundError, ServerError } from "../message/errors.ts"
import type { Params } from "../message/message.ts"
import { formatAddress } from "../transport/address.ts"
import { streamTransport } from "../transport/stream.ts"
import type { ServeOptions, StopServerOptions } from "./options.ts"
import type { RequestHandler } from "./request-handler.ts"
import type { Transport } from "../transport/transport.ts"
import { turnAway } from "./turn-away.ts"

/** A server that listens. Made by `serve`. */
export class Server {
  /** Where it listens, with the ports that were found, in the order of the `listen` option. */
  readonly addresses: readonly [string, ...string[]]
  readonly #handler: RequestHandler
  readonly #listeners: readonly Listener[]
  readonly #accepting: Promise<unknown>
  readonly #options: ServeOptions
  readonly #connectionOptions: ConnectionOptions
  readonly #log: Log
  readonly #framing = newlineFraming()
  readonly #tasks = new Set<StoppableTask>()
  readonly #connections = new Set<Connection>()
  readonly #turnedAway = new Set<Promise<void>>()
  #stopping: Promise<void> | undefined

  constructor(handler: RequestHandler, listeners: readonly [Listener, ...Listener[]], options: ServeOptions) {
    const { clock, log = silentLog } = options.runtime
    const [first, ...others] = listeners
    this.addresses = [formatAddress(first.address), ...others.map(({ address }) => formatAddress(address))]
    this.#handler = handler
    this.#listeners = listeners
    this.#options = options
    this.#log = log
    this.#connectionOptions = {
      role: "server",
      handler: this.#guarded(),
      clock,
      log,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      ...(options.dialect === undefined ? {} : { dialect: options.dialect }),
    }
    this.#accepting = Promise.all(listeners.map((listener) => this.#accept(listener)))
  }

  /** The live connections. */
  get connections(): ReadonlySet<Connection> {
    return this.#connections
  }

  /** Sends a notification to every live connection. Who reads slowly is not waited for. */
  notify(method: string, params?: Params): void {
    for (const connection of this.#connections) void connection.notify(method, params)
  }

  /**
   * Stops listening, lets requests in flight be answered, closes every connection, and returns when all of it has ended.
   * Safe to call again.
   */
  stop({ drainMs = 1000 }: StopServerOptions = {}): Promise<void> {
    return (this.#stopping ??= this.#stop(drainMs))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #stop(drainMs: number): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close()))
    await this.#accepting
    const tasks = [...this.#tasks]
    await Promise.all([...this.#connections].map((connection) => connection.finish({ timeoutMs: drainMs })))
    await Promise.all([...tasks.map((task) => task.join()), ...this.#turnedAway])
  }

  async #accept(listener: Listener): Promise<void> {
    for await (const stream of listener) this.#welcome(stream)
  }

  #welcome(stream: ByteStream): void {
    const { connectionLimit = Infinity, framing = this.#framing, runtime } = this.#options
    const transport = streamTransport(stream, framing)
    if (this.#tasks.size >= connectionLimit) {
      this.#log.warn("connection refused: the limit is reached", { remote: transport.remote, limit: connectionLimit })
      const error = new ServerError(ErrorCode.server, `the limit of ${connectionLimit} connections is reached`)
      const gone = turnAway(transport, error, runtime.clock)
      this.#turnedAway.add(gone)
      void gone.then(() => this.#turnedAway.delete(gone))
      return
    }
    const task = this.#handler.connections.start((scope) => this.#run(transport, scope), {
      name: `JSON-RPC connection ${transport.remote}`,
      clock: runtime.clock,
      onStop: () => {
        this.#tasks.delete(task)
      },
    })
    this.#tasks.add(task)
  }

  /** The life of one connection, as a task. */
  async #run(transport: Transport, scope: CancelScope): Promise<void> {
    const connection = new Connection(transport, this.#connectionOptions)
    this.#connections.add(connection)
    const unlink = scope.onCancel(() => void connection.close())
    const error = await connection.closed
    unlink()
    this.#connections.delete(connection)
    if (error !== undefined) this.#log.info("connection lost", { remote: connection.remote, error: error.message })
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
