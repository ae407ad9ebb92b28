import type { ByteStream, Listener } from "@dchat/runtime"
import { Semaphore, TaskGroup, isTimeout, timeout, type CancelScope } from "@dchat/task"
import { parseUrl, type ParsedUrl } from "@dchat/wire"
import type { Channel } from "../channel/channel.ts"
import { profileOf } from "../settings/settings.ts"
import { ConnectError } from "../transport/error.ts"
import { urlOf } from "../transport/transport.ts"
import { bringUp } from "./bring-up.ts"
import type { Session, SessionContext } from "./context.ts"
import { failureOf, textOf } from "./failure.ts"

interface OpenPort {
  /** Where it really listens: the port is the one that was found when 0 was asked for. */
  readonly url: ParsedUrl
  readonly listener: Listener
}

/** Takes the connections that others make to us (darkfi-net 6.2). */
export class InboundSession implements Session {
  readonly #node: SessionContext
  #ports: OpenPort[] = []
  /** Of ports that are closed. */
  #refused = 0
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
    return this.#ports.reduce((sum, { listener }) => sum + listener.refused, this.#refused)
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
      void this.#tasks.spawn((scope) => this.#accept(port, scope))
    }
  }

  async stop(): Promise<void> {
    const ports = this.#ports
    this.#refused = this.refused
    this.#ports = []
    this.#tasks.cancel()
    await Promise.all(ports.map(({ listener }) => listener.close()))
    await this.#tasks.join()
  }

  async #listen(address: string): Promise<OpenPort> {
    const url = parseUrl(address)
    try {
      const listener = await this.#node.connector.transportOf(url).listen(url)
      return { url: parseUrl(urlOf(url.scheme, listener.address)), listener }
    } catch (error) {
      if (error instanceof ConnectError) throw error
      throw new ConnectError("failed", `cannot listen on ${address}`, textOf(error), { cause: error })
    }
  }

  /** Connections beyond the slots wait in the backlog; those that we have are never closed for new ones. */
  async #accept({ url, listener }: OpenPort, signal: CancelScope): Promise<void> {
    const slots = new Semaphore(this.#node.settings.inboundConnections)
    const streams = listener[Symbol.asyncIterator]()
    for (;;) {
      const slot = await slots.acquire({ signal })
      const next = await streams.next()
      if (next.done === true) return
      void this.#tasks.spawn((scope) => this.#serve(next.value, url, scope).finally(() => slot.release()))
    }
  }

  async #serve(accepted: ByteStream, listening: ParsedUrl, signal: CancelScope): Promise<void> {
    const { connector, hosts, settings, runtime } = this.#node
    const { scheme } = listening
    const peer = accepted.remoteAddress.kind === "tcp" ? urlOf(scheme, accepted.remoteAddress) : listening.href
    try {
      if (hosts.isBlacklisted(peer))
        throw new ConnectError("blacklisted", `cannot take ${peer} in`, "the peer is blacklisted")
      const { handshakeTimeoutMs } = profileOf(settings, scheme)
      const welcomed = timeout(
        handshakeTimeoutMs,
        (scope) => connector.transportOf(listening).welcome(accepted, { signal: scope.signal }),
        { signal, clock: runtime.clock },
      )
      const stream = await welcomed.catch((error: unknown) => {
        if (isTimeout(error)) this.#timedOut++
        throw error
      })
      const address = { connect: peer, resolve: undefined, mixed: false }
      await this.#host(this.#node.open({ stream, session: "inbound", address }), signal)
    } catch (error) {
      await accepted.close()
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
