import { darkfiDialect, ListenError, newlineFraming, router, serve, type Server, withMiddleware } from "@dchat/jsonrpc"
import { ConnectError, P2p, SESSION_DEFAULT, type Settings } from "@dchat/net"
import { NetworkError, type Runtime } from "@dchat/runtime"
import { whenCancelled } from "@dchat/task"
import { Failure } from "../cli/failure.ts"
import type { Config } from "../config/load.ts"
import { isOfThisComputer } from "../config/rpc.ts"
import { dchatContract } from "./contract.ts"
import { DnetFeed } from "./dnet-feed.ts"
import { dchatHandlers } from "./handlers.ts"
import { Inbox } from "./inbox.ts"
import { refuseDisabled, tellInvalidParams } from "./middleware.ts"
import { ProtocolDchat } from "./protocol-dchat.ts"

/** Where a daemon listens, with the ports that were found. */
export interface Listening {
  /** For JSON-RPC. */
  readonly rpc: string
  /** For peers. */
  readonly inbound: readonly string[]
}

/** Programs that may be connected at one time. */
const RPC_CONNECTIONS = 1024

/**
 * A node of the chat, and the JSON-RPC server that others drive it over (darkfi-rpc-and-apps 3.1). What it receives it
 * keeps in memory. It is started once.
 */
export class Daemon {
  #rpc: Config["rpc"]
  readonly #p2p: P2p
  readonly #inbox = new Inbox()
  readonly #dnet: DnetFeed
  readonly #runtime: Runtime
  #server: Server | undefined

  private constructor(p2p: P2p, rpc: Config["rpc"], runtime: Runtime) {
    this.#p2p = p2p
    this.#dnet = new DnetFeed(p2p.dnet)
    this.#rpc = rpc
    this.#runtime = runtime
  }

  /** Makes a daemon that does nothing yet. */
  static async create({ net, rpc }: Pick<Config, "net" | "rpc">, runtime: Runtime): Promise<Daemon> {
    const log = runtime.log.child("net")
    return new Daemon(await P2p.create(net, { runtime: { ...runtime, log } }), rpc, runtime)
  }

  /**
   * Starts the JSON-RPC server and the network, and returns when the seeds have been asked. From then on it stays connected
   * to its peers. When it fails, or the signal aborts, it is still to be stopped.
   *
   * @throws {Failure} if it cannot listen
   */
  async start({ signal }: { signal: AbortSignal }): Promise<Listening> {
    const { clock, log } = this.#runtime
    const server = await this.#serve()
    this.#server = server
    log.info(`Starting JSON-RPC server on port ${server.addresses.join(", ")}`)
    if (!isOfThisComputer(this.#rpc.listen)) {
      log.warn(`Whoever can reach ${this.#rpc.listen} can read and write in your name: nobody is asked for a password`)
    }

    const chat = { clock, log: log.child("chat") }
    this.#p2p.protocols.register(SESSION_DEFAULT, (channel) => new ProtocolDchat(channel, this.#inbox, chat))
    const unlink = whenCancelled(signal, () => void this.#p2p.stop())
    try {
      await this.#p2p.start()
    } catch (error) {
      throw cannotListen("peers", error)
    } finally {
      unlink()
    }
    signal.throwIfAborted()
    void this.#p2p.run()
    return { rpc: server.addresses.join(), inbound: this.#p2p.sessions.inbound.addresses }
  }

  /**
   * Goes by other settings from now on, running or not; when it fails, by those of before.
   *
   * @param settings What is to differ: of the network what {@link P2p.reload} takes, and the methods that are disabled.
   * @throws as {@link P2p.reload}
   */
  reload({ net, disabledMethods }: { net: Partial<Settings>; disabledMethods: readonly string[] }): void {
    this.#p2p.reload(net)
    this.#rpc = { ...this.#rpc, disabledMethods }
  }

  /** Stops everything. Returns when every connection is closed. Safe to call again. */
  async stop(): Promise<void> {
    if (this.#server !== undefined) {
      this.#runtime.log.info("Stopping JSON-RPC server")
      // All methods but the one that waits for messages answer within their turn: there is nothing to wait for.
      await this.#server.stop({ drainMs: 0 })
      this.#server = undefined
    }
    this.#dnet.switch(false)
    await this.#p2p.stop()
  }

  async #serve(): Promise<Server> {
    const { clock, network, log } = this.#runtime
    const rpcLog = log.child("rpc")
    const methods = router(dchatContract, dchatHandlers(this.#p2p, this.#inbox, this.#dnet, clock))
    const disabled = refuseDisabled(() => this.#rpc.disabledMethods)
    try {
      return await serve(withMiddleware(methods, disabled, tellInvalidParams(rpcLog)), {
        listen: [this.#rpc.listen],
        connectionLimit: RPC_CONNECTIONS,
        dialect: darkfiDialect,
        framing: newlineFraming({ eol: "\r\n" }),
        runtime: { clock, network, log: rpcLog },
      })
    } catch (error) {
      throw cannotListen("JSON-RPC", error)
    }
  }
}

/** The failure for a port that cannot be opened; any other error as it is. */
function cannotListen(forWhom: string, error: unknown): unknown {
  if (!(error instanceof ListenError || error instanceof ConnectError)) return error
  // The network's own words are the shortest.
  const { message } = error.cause instanceof NetworkError ? error.cause : error
  return new Failure(`${forWhom}: ${message}`, { cause: error })
}
