import type { Runtime } from "@dchat/runtime"
import { Publisher, type Cancellable } from "@dchat/task"
import { Broadcaster, type BroadcastResult } from "./broadcast.ts"
import { Channel } from "./channel/channel.ts"
import type { ChannelCounts } from "./channel/options.ts"
import { PacketEncoder } from "./channel/packet-encoder.ts"
import { ChannelTable } from "./channel/table.ts"
import type { DnetEvent } from "./dnet/event.ts"
import { WrongStateError } from "./errors.ts"
import { Hosts } from "./hosts/hosts.ts"
import { ourPolicy } from "./hosts/our-policy.ts"
import type { AddressPolicy } from "./hosts/policy.ts"
import type { P2pCounters, P2pInfo } from "./info.ts"
import { Judge } from "./judge.ts"
import { Lifecycle, type P2pState } from "./lifecycle.ts"
import type { MessageType } from "./message/message.ts"
import { ProtocolRegistry } from "./protocol/protocol.ts"
import { Repeats } from "./repeats.ts"
import type { Session, SessionContext } from "./session/context.ts"
import { Doubts } from "./session/doubts.ts"
import { LiveSettings } from "./session/live-settings.ts"
import { makeSessions, type Sessions } from "./session/sessions.ts"
import { defaultSettings, type Settings } from "./settings/settings.ts"
import { Connector } from "./transport/connector.ts"
import type { Transport } from "./transport/transport.ts"
import { allTransports } from "./transport/transports.ts"

/** Options of {@link P2p.create}. */
export interface P2pOptions {
  /** The world. Default: this computer, without a log. */
  readonly runtime?: Runtime
  /**
   * Transports of your own, by the URL schemes that they serve: QUIC, for example, which we do not bring. They win over
   * ours. Default none.
   */
  readonly transports?: readonly Transport[]
  /** What is different in how addresses of others are kept and chosen. Default nothing: the rule of `Against eclipse` in the README. */
  readonly addressPolicy?: Partial<AddressPolicy>
}

/** Options of {@link P2p.broadcast}. */
export interface BroadcastOptions {
  /** Addresses of channels that are passed over. */
  readonly exclude?: readonly string[]
}

/**
 * A node of a peer-to-peer network (darkfi-net 6.1): `start`, `run`, `stop`, and again if you like. What is said on the
 * network is up to the protocols that are registered before the start.
 */
export class P2p implements AsyncDisposable {
  /**
   * The settings in use: one object for the life of the node, whose values change at `reload`. Of external addresses it
   * has those that are known by now, with their real ports.
   */
  readonly settings: Settings
  /** What is said on which channels. Register before `start`. */
  readonly protocols = new ProtocolRegistry()
  /** What is known of others. */
  readonly hosts: Hosts
  readonly sessions: Sessions
  /** What happens on this node, for whoever looks on. Costs next to nothing while nobody does. */
  readonly dnet = new Publisher<DnetEvent>()
  readonly #live: LiveSettings
  readonly #runtime: Runtime
  readonly #encoder: PacketEncoder
  readonly #channels: ChannelTable
  readonly #broadcaster: Broadcaster
  readonly #advertised = new Publisher<string>()
  readonly #lifecycle: Lifecycle
  readonly #judge: Judge
  readonly #counts: ChannelCounts = { messagesDropped: 0, bytesUnsent: 0 }
  #starting: Promise<void> = Promise.resolve()

  private constructor(live: LiveSettings, runtime: Runtime, { transports = [], addressPolicy }: P2pOptions) {
    const settings = live.current
    this.settings = settings
    this.#live = live
    this.#runtime = runtime
    this.#lifecycle = new Lifecycle(runtime.log)
    this.#channels = new ChannelTable(runtime.clock)
    this.#encoder = new PacketEncoder(settings.magicBytes)
    this.#broadcaster = new Broadcaster(this.#channels, this.#encoder)
    this.hosts = new Hosts({ runtime, settings, policy: { ...ourPolicy, ...addressPolicy } })
    this.#judge = new Judge({ settings, hosts: this.hosts, log: runtime.log })
    this.sessions = makeSessions(this.#context(transports))
  }

  /**
   * Makes a node that does nothing yet.
   *
   * @param settings What differs from {@link defaultSettings}.
   * @throws {SettingsError} if a value is not allowed, or a name is that of no setting
   * @throws {FormatError} if an address is not a URL
   * @throws {RangeError} if the magic is not four bytes
   */
  static async create(settings: Partial<Settings>, options: P2pOptions = {}): Promise<P2p> {
    const world = options.runtime ?? (await import("./platform/runtime.ts")).platformRuntime()
    return new P2p(new LiveSettings({ ...defaultSettings, ...settings }), world, options)
  }

  get state(): P2pState {
    return this.#lifecycle.state
  }

  /** The channels whose version exchange is done, those to seeds included. */
  channels(): readonly Channel[] {
    return this.#channels.all()
  }

  /** The channels to peers: all but those to seeds and of probes. */
  peers(): readonly Channel[] {
    return this.#channels.peers()
  }

  /**
   * Opens the ports, then asks the seeds; returns when every seed has answered, failed or taken too long.
   *
   * @throws {ConnectError} if a port cannot be opened; the node is stopped then
   * @throws {WrongStateError} if the node is not open or stopped, or if it is stopped meanwhile
   */
  async start(): Promise<void> {
    this.#lifecycle.move("starting")
    this.#starting = this.#start()
    await this.#starting
  }

  /**
   * Connects to the configured peers and stays connected; resolves when the node has stopped.
   *
   * @throws {WrongStateError} if the node is not started
   */
  async run(): Promise<void> {
    this.#lifecycle.move("running")
    const { manual, outbound, direct } = this.sessions
    await Promise.all([manual.start(), outbound.start(), direct.start()])
    await this.#lifecycle.ended.wait()
  }

  /**
   * Applies settings, running or not: slots, peers, seeds, timeouts, the blacklist and all else that is read when it is needed.
   *
   * @param settings What is to differ from now on.
   * @throws {SettingsError} if a value is not allowed, or a name is that of no setting
   * @throws {FormatError} if an address is not a URL
   * @throws {WrongStateError} if a setting would need a new start: the magic, or while the node runs, where it listens and the
   * file of its hosts
   */
  reload(settings: Partial<Settings>): void {
    this.#live.change(settings, this.#lifecycle.isIdle)
    this.hosts.importBlacklist()
    this.sessions.outbound.resize()
    this.sessions.manual.reload()
    for (const channel of this.channels()) if (this.hosts.isBlacklisted(channel.address)) void channel.stop()
  }

  /** Stops everything. Returns when every task has ended and every socket is closed. Safe to call again. */
  async stop(): Promise<void> {
    if (this.#lifecycle.isIdle) return
    if (this.#lifecycle.isUp) {
      this.#lifecycle.move("stopping")
      void this.#stop()
    }
    await this.#lifecycle.ended.wait()
  }

  /** As {@link stop}: `await using node = await P2p.create(settings)`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  /** Resolves when the node is told to stop; at once if it was, and was not started again. */
  subscribeStop(options?: Cancellable): Promise<void> {
    return this.#lifecycle.toldToStop.wait(options)
  }

  /**
   * Sends a message to every peer, once to each node, and does not wait for slow ones: a channel without room refuses it.
   *
   * @throws {WrongStateError} if the node has not been started, or was stopped
   * @throws {MessageError} `too-large`
   */
  async broadcast<T>(
    type: MessageType<T>,
    value: T,
    { exclude = [] }: BroadcastOptions = {},
  ): Promise<BroadcastResult> {
    if (!this.#lifecycle.isUp) {
      throw new WrongStateError(`the network is ${this.state}: a message can be sent between start and stop`)
    }
    return this.#broadcaster.send(type, value, exclude)
  }

  /** What the RPC method `p2p.get_info` says. */
  getInfo(): P2pInfo {
    const channels = this.channels().map(({ displayAddress, session, id }) => ({ url: displayAddress, session, id }))
    return { channels, outbound_slots: this.sessions.outbound.slots }
  }

  /** How often each bound was hit. */
  getCounters(): P2pCounters {
    return {
      broadcastsRefused: this.#broadcaster.refused,
      inboundRefused: this.sessions.inbound.refused,
      inboundEvicted: this.sessions.inbound.evicted,
      handshakesTimedOut: this.sessions.inbound.timedOut,
      probesDropped: this.#advertised.dropped,
      addressesDropped: this.hosts.surplus,
      hostsEvicted: this.hosts.lists.evicted,
      hostsTurnedAway: this.hosts.lists.turnedAway,
      dnetDropped: this.dnet.dropped,
      ...this.#counts,
      faults: this.#judge.faults,
      bans: this.#judge.bans,
    }
  }

  async #start(): Promise<void> {
    this.hosts.importBlacklist()
    try {
      await this.sessions.inbound.start()
      this.#live.listen(this.sessions.inbound.addresses)
      await this.sessions.refine.start()
      if (this.state === "starting") await this.sessions.seed.start()
    } catch (error) {
      if (this.state === "starting") {
        this.#lifecycle.move("stopping")
        await this.#stopSessions()
        this.#lifecycle.move("stopped")
        throw error
      }
    }
    if (this.state !== "starting") throw new WrongStateError("the network was stopped before it had started")
    this.#lifecycle.move("started")
    const known = (["grey", "white", "gold"] as const).reduce((sum, colour) => sum + this.hosts.lists.size(colour), 0)
    this.#runtime.log.info(`Started; ${known} ${known === 1 ? "host is" : "hosts are"} known`)
  }

  async #stop(): Promise<void> {
    await this.sessions.seed.stop()
    await this.#starting.catch(nothing)
    await this.#stopSessions()
    this.#lifecycle.move("stopped")
    this.#runtime.log.info("Stopped")
  }

  async #stopSessions(): Promise<void> {
    const { refine, ...others } = this.sessions
    // The first one saves who we are connected to. None waits for another: each peer has a second to say goodbye.
    const sessions: readonly Session[] = [refine, ...Object.values(others)]
    const stops = await Promise.allSettled(sessions.map((session) => session.stop()))
    for (const stop of stops) {
      if (stop.status === "rejected") this.#runtime.log.error("Stopping a session failed", { error: stop.reason })
    }
  }

  #context(transports: readonly Transport[]): SessionContext {
    const runtime = this.#runtime
    const { settings, hosts, protocols, dnet } = this
    const doubts = new Doubts({ clock: runtime.clock, settings })
    return {
      runtime,
      settings,
      hosts,
      protocols,
      dnet,
      repeats: new Repeats(runtime.clock),
      advertised: this.#advertised,
      channels: this.#channels,
      doubts,
      connector: new Connector({ settings, hosts, runtime }, [...allTransports({ settings, runtime }), ...transports]),
      introduced: (channel) => {
        doubts.meet(channel)
        this.#live.hear(channel)
      },
      broadcast: (type, value) => void this.#broadcaster.send(type, value),
      open: ({ stream, session, address }) =>
        new Channel({
          stream,
          session,
          address,
          encoder: this.#encoder,
          runtime,
          dnet,
          counts: this.#counts,
          judge: this.#judge.judge,
        }),
    }
  }
}

function nothing(): void {}
