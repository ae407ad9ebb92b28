import { TaskGroup, isTimeout, timeout, type CancelScope } from "@dchat/task"
import { parseUrl, type ParsedUrl } from "@dchat/wire"
import type { Channel } from "../channel/channel.ts"
import { profileOf } from "../settings/settings.ts"
import { ConnectError } from "../transport/error.ts"
import { urlOf } from "../transport/transport.ts"
import { bringUp } from "./bring-up.ts"
import type { Session, SessionContext } from "./context.ts"
import { failureOf, textOf } from "./failure.ts"
import { InboundPort, type Visitor } from "./inbound-port.ts"

/** Takes the connections that others make to us (darkfi-net 6.2). */
export class InboundSession implements Session {
  readonly #node: SessionContext
  #ports: InboundPort[] = []
  /** Of ports that are closed. */
  #refused = 0
  #evicted = 0
  #timedOut = 0
  #tasks = new TaskGroup()

  constructor(node: SessionContext) {
    this.#node = node
  }

  /** The URLs that we listen on. */
  get addresses(): readonly string[] {
    return this.#ports.map(({ url }) => url.href)
  }

  /** How many connections were closed because too many waited to be taken in. */
  get refused(): number {
    return this.#ports.reduce((sum, { refused }) => sum + refused, this.#refused)
  }

  /** How many connections were closed so that somebody of a netgroup with fewer got the place. */
  get evicted(): number {
    return this.#ports.reduce((sum, { evicted }) => sum + evicted, this.#evicted)
  }

  /** How many connections were closed because their TLS handshake took too long. */
  get timedOut(): number {
    return this.#timedOut
  }

  /** Returns when all ports are open. Throws a {@link ConnectError} if one cannot be; then none is. */
  async start(): Promise<void> {
    const { settings, runtime } = this.#node
    if (settings.inboundAddrs.length === 0 || settings.inboundConnections === 0) {
      runtime.log.info("Not configured for accepting incoming connections.")
      return
    }
    this.#tasks = new TaskGroup({
      supervise: (error) => runtime.log.error("Taking an inbound connection failed", { error }),
      observer: runtime.tasks,
    })
    try {
      for (const address of settings.inboundAddrs) this.#ports.push(await this.#listen(address))
    } catch (error) {
      await this.stop()
      throw error
    }
    for (const port of this.#ports) {
      runtime.log.info(`Listening on ${port.url.href}`)
      port.open()
    }
  }

  async stop(): Promise<void> {
    const ports = this.#ports
    this.#refused = this.refused
    this.#evicted = this.evicted
    this.#ports = []
    // First, so that nobody gets a place that this makes free.
    await Promise.all(ports.map((port) => port.close()))
    this.#tasks.cancel()
    await this.#tasks.join()
  }

  async #listen(address: string): Promise<InboundPort> {
    const url = parseUrl(address)
    try {
      const listener = await this.#node.connector.transportOf(url).listen(url)
      const listening = parseUrl(urlOf(url.scheme, listener.address))
      return new InboundPort(listening, listener, {
        node: this.#node,
        tasks: this.#tasks,
        serve: (visitor, scope) => this.#serve(visitor, listening, scope),
      })
    } catch (error) {
      if (error instanceof ConnectError) throw error
      throw new ConnectError("failed", `cannot listen on ${address}`, textOf(error), { cause: error })
    }
  }

  async #serve(visitor: Visitor, listening: ParsedUrl, signal: CancelScope): Promise<void> {
    const { connector, hosts, settings, runtime } = this.#node
    const { peer } = visitor
    try {
      if (hosts.isBlacklisted(peer))
        throw new ConnectError("blacklisted", `cannot take ${peer} in`, "the peer is blacklisted")
      const { handshakeTimeoutMs } = profileOf(settings, listening.scheme)
      const welcomed = timeout(
        handshakeTimeoutMs,
        (scope) => connector.transportOf(listening).welcome(visitor.stream, { signal: scope.signal }),
        { signal, clock: runtime.clock },
      )
      visitor.stream = await welcomed.catch((error: unknown) => {
        if (isTimeout(error)) this.#timedOut++
        throw error
      })
      const address = { connect: peer, resolve: undefined, mixed: false }
      visitor.channel = this.#node.open({ stream: visitor.stream, session: "inbound", address })
      await this.#host(visitor.channel, signal)
    } catch (error) {
      await visitor.stream.close()
      const failure = failureOf(error)
      if (failure === undefined) throw error
      runtime.log.debug(`${peer} was not taken in: ${failure}`)
    }
  }

  async #host(channel: Channel, signal: CancelScope): Promise<void> {
    const { dnet } = this.#node
    const info = { addr: channel.displayAddress, channel_id: channel.id }
    dnet.publish({ event: "inbound_connected", info })
    try {
      await bringUp(channel, this.#node, { signal })
      await channel.stopped
    } finally {
      await channel.stop()
      dnet.publish({ event: "inbound_disconnected", info })
    }
  }
}
