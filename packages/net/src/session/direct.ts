import { CancelScope, TaskGroup, backoff, checkpoint, sleep, whenCancelled, type Cancellable } from "@dchat/task"
import { canonicalUrl, parseUrl } from "@dchat/wire"
import type { Channel } from "../channel/channel.ts"
import { WrongStateError } from "../errors.ts"
import { profileOf } from "../settings/settings.ts"
import { ConnectError } from "../transport/error.ts"
import { withoutCredentials } from "../transport/transport.ts"
import { dial } from "./bring-up.ts"
import type { Session, SessionContext } from "./context.ts"
import { DirectDiscovery } from "./direct-discovery.ts"
import { failureOf, isPermanent, textOf } from "./failure.ts"
import type { SeedSession } from "./seed.ts"

/** While a host is being probed it is not dialled; this is how often it is looked at, in milliseconds. */
const PROBE_WAIT_MS = 100

/** The longest first pause before `getPatiently` tries again, in milliseconds. The longest of all is the connect timeout. */
const FIRST_PAUSE_MS = 1000

/** The use of a channel by somebody who asked for it. */
export interface DirectLease {
  readonly channel: Channel
  /** Ends the use. A channel of the direct session that nobody uses any more is closed. Safe to call again. */
  release(): Promise<void>
}

interface Shared {
  uses: number
  readonly channel: Promise<Channel>
  readonly scope: CancelScope
}

/** Makes connections on demand, for protocols that need to talk to a certain node (darkfi-net 6.7). */
export class DirectSession implements Session {
  readonly #node: SessionContext
  readonly #shared = new Map<string, Shared>()
  readonly #discovery: DirectDiscovery
  #tasks: TaskGroup | undefined

  constructor(node: SessionContext, seeds: SeedSession) {
    this.#node = node
    this.#discovery = new DirectDiscovery(node, this, seeds)
  }

  async start(): Promise<void> {
    const { settings, runtime } = this.#node
    const { log, tasks: observer } = runtime
    this.#tasks = new TaskGroup({
      supervise(error) {
        if (failureOf(error) === undefined) log.error("A direct connection failed", { error })
      },
      observer,
    })
    // Outbound slots look for hosts themselves.
    if (settings.outboundConnections === 0) void this.#tasks.spawn((scope) => this.#discovery.run(scope))
  }

  /**
   * Looks for more hosts from now on, while the network runs: for nodes without outbound connections, whose protocols ask
   * for channels to hosts that they choose. With outbound connections the slots see to it, and this does nothing.
   */
  startPeerDiscovery(): void {
    this.#discovery.start()
  }

  /** Looks no more. A round that has begun goes on to its end. */
  stopPeerDiscovery(): void {
    this.#discovery.stop()
  }

  async stop(): Promise<void> {
    const tasks = this.#tasks
    this.#tasks = undefined
    tasks?.cancel()
    await tasks?.join()
    this.#shared.clear()
  }

  /**
   * Gives a channel to an address: one that there is, whatever session made it, or a new one. Those who ask for the same
   * address share it.
   *
   * @throws {ConnectError} if there is no connection, or the address is our own or a seed's
   * @throws {ChannelStopped} if the channel stops before it is ready
   * @throws {WrongStateError} if the network does not run
   * @throws {FormatError} if the address is not a URL
   */
  async get(url: string, { signal }: Cancellable = {}): Promise<DirectLease> {
    const tasks = this.#runningTasks
    checkpoint(signal)
    const address = canonicalUrl(url)
    const other = this.#node.channels
      .peers()
      .find(({ session, connection }) => session !== "direct" && connection.connect === address)
    if (other !== undefined) return { channel: other, release: async () => {} }

    const shared = this.#shared.get(address) ?? this.#open(address, tasks)
    shared.uses++
    let isReleased = false
    const release = (): void => {
      if (isReleased) return
      isReleased = true
      if (--shared.uses > 0) return
      if (this.#shared.get(address) === shared) this.#shared.delete(address)
      shared.scope.cancel()
    }
    const unlink = whenCancelled(signal, release)
    try {
      const channel = await shared.channel
      checkpoint(signal)
      return {
        channel,
        async release() {
          release()
          if (shared.uses === 0) await channel.stop()
        },
      }
    } catch (error) {
      release()
      checkpoint(signal)
      throw error
    } finally {
      unlink()
    }
  }

  /**
   * As `get`, but tries again until there is a connection: at first after up to a second, then less and less often.
   * Rejects if the session stops before.
   *
   * @throws {ConnectError} `unsupported-transport` or `bad-address`, which no trying helps
   * @throws {WrongStateError} if the network does not run
   * @throws {FormatError} if the address is not a URL
   */
  async getPatiently(url: string, { signal }: Cancellable = {}): Promise<DirectLease> {
    const { settings, runtime } = this.#node
    const { clock, random } = runtime
    const { connectTimeoutMs: maxMs } = profileOf(settings, parseUrl(canonicalUrl(url)).scheme)
    const pauses = backoff({ baseMs: FIRST_PAUSE_MS, maxMs, random })
    const scope = new CancelScope(this.#runningTasks.scope)
    const unlink = whenCancelled(signal, (reason) => scope.cancel(reason))
    try {
      for (;;) {
        try {
          return await this.get(url, { signal: scope })
        } catch (error) {
          if (isPermanent(error) || failureOf(error) === undefined) throw error
        }
        await sleep(pauses.next().value, { signal: scope, clock })
      }
    } finally {
      unlink()
      scope[Symbol.dispose]()
    }
  }

  get #runningTasks(): TaskGroup {
    if (this.#tasks === undefined) throw new WrongStateError("peers can be connected to while the network runs")
    return this.#tasks
  }

  #open(address: string, tasks: TaskGroup): Shared {
    this.#refuse(address)
    const scope = new CancelScope(tasks.scope)
    const channel = tasks.spawn(() => this.#connect(address, scope))
    const shared: Shared = { uses: 0, channel, scope }
    this.#shared.set(address, shared)
    const forget = (): void => {
      scope[Symbol.dispose]()
      if (this.#shared.get(address) === shared) this.#shared.delete(address)
    }
    channel.then((made) => made.stopped).then(forget, forget)
    return shared
  }

  #refuse(address: string): void {
    const { settings, hosts } = this.#node
    const refuse = (reason: string): never => {
      throw new ConnectError("bad-address", `cannot connect to ${withoutCredentials(address)}`, reason)
    }
    if (settings.seeds.includes(address)) refuse("it is a seed")
    if (hosts.externalAddrs.includes(address)) refuse("it is our own address")
  }

  async #connect(connect_addr: string, signal: CancelScope): Promise<Channel> {
    const { dnet, hosts, runtime } = this.#node
    const disconnected = (error: unknown): void =>
      dnet.publish({ event: "direct_disconnected", info: { connect_addr, err: textOf(error) } })
    while (hosts.stateOf(connect_addr) === "refine") await sleep(PROBE_WAIT_MS, { signal, clock: runtime.clock })
    dnet.publish({ event: "direct_connecting", info: { connect_addr } })
    try {
      const channel = await dial(connect_addr, "direct", this.#node, { signal })
      const info = { connect_addr, addr: channel.displayAddress, channel_id: channel.id }
      dnet.publish({ event: "direct_connected", info })
      void channel.stopped.then(disconnected)
      return channel
    } catch (error) {
      disconnected(error)
      throw error
    }
  }
}
