import { P2p, SESSION_DEFAULT, type AddressPolicy, type Channel, type Settings } from "@dchat/net"
import { tornStore, type MemoryStore, type VirtualHost, type VirtualWorld } from "@dchat/runtime/virtual"
import { parseUrl } from "@dchat/wire"
import { Apps } from "./app/apps.ts"
import { ChatMsg } from "./app/messages.ts"
import type { ChannelEnd, Journal } from "./journal.ts"
import type { Owner } from "./network/owners.ts"
import { textOf } from "./text.ts"

/** What a node needs of its simulation. */
export interface NodeContext {
  readonly world: VirtualWorld
  readonly journal: Journal
  /** Who has an IP address. */
  ownerOf(ip: string): Owner
  /** Calls at each boot, before the start. */
  setup(node: SimNode): void
}

/** How a {@link SimNode} is made. */
export interface NodeOptions {
  readonly index: number
  readonly name: string
  readonly host: VirtualHost
  readonly disk: MemoryStore
  readonly settings: Partial<Settings>
  readonly addressPolicy: Partial<AddressPolicy>
  readonly isBehindNat: boolean
}

/** What a person is shown. */
export interface Shown {
  readonly kind: "chat" | "flood"
  readonly text: string
}

/** An honest node of a simulation: a whole `P2p` on a computer of its own, with a chat and the flood protocol on it. */
export class SimNode {
  readonly index: number
  readonly name: string
  /** Where it listens. */
  readonly url: string
  readonly isBehindNat: boolean
  /** What its person was shown, oldest first; the last 10,000 since it booted. */
  inbox: Shown[] = []
  readonly #context: NodeContext
  readonly #settings: Partial<Settings>
  readonly #addressPolicy: Partial<AddressPolicy>
  #disk: MemoryStore
  #host: VirtualHost
  #p2p: P2p | undefined
  #apps: Apps | undefined
  #isUp = false
  #sent = 0
  #setBackMs = 0
  readonly #ends = new Map<Channel, ChannelEnd>()

  constructor(context: NodeContext, { index, name, host, disk, settings, addressPolicy, isBehindNat }: NodeOptions) {
    this.index = index
    this.name = name
    this.url = `tcp://${host.ips[0] ?? ""}:9600/`
    this.isBehindNat = isBehindNat
    this.#context = context
    this.#settings = settings
    this.#addressPolicy = addressPolicy
    this.#host = host
    this.#disk = disk
  }

  /** The node itself. Another one after each restart. */
  get p2p(): P2p {
    if (this.#p2p === undefined) throw new Error(`${this.name} has not booted`)
    return this.#p2p
  }

  /** Its computer. Another one after each restart. */
  get host(): VirtualHost {
    return this.#host
  }

  /** Whether it is meant to take part: neither crashed nor left. */
  get isUp(): boolean {
    return this.#isUp
  }

  /** The ends of its channels whose version exchange is done. */
  get channels(): readonly ChannelEnd[] {
    return [...this.#ends.values()]
  }

  /** The names of the hosts it has channels to, each once. */
  get peers(): readonly string[] {
    return [...new Set(this.channels.map(({ peer }) => peer))]
  }

  /** By how much its wall clock was set back, in all: what it wrote down before may lie so far in the future. */
  get setBackMs(): number {
    return this.#setBackMs
  }

  /** Says something to all its peers. */
  chat(text?: string): void {
    const id = text ?? this.#newText("chat")
    this.#context.journal.sent("chat", id, this.name, this.index)
    this.#guard(this.p2p.broadcast(ChatMsg, { msg: id }))
  }

  /** Says something to the whole network. */
  flood(text?: string): void {
    const id = text ?? this.#newText("flood")
    this.#context.journal.sent("flood", id, this.name, this.index)
    this.#guard(this.#apps?.flood(id, id) ?? Promise.resolve())
  }

  /**
   * Ends it at once: timers are gone, nothing runs any more.
   *
   * @param options.silent Whether nobody is told, as of a computer whose power is cut: its peers find out by themselves, or
   * when it is up again. Default: its connections are reset, as of a program that was killed.
   */
  crash({ silent = false }: { readonly silent?: boolean } = {}): void {
    if (!this.#isUp) return
    this.#context.journal.fault(`${this.name} ${silent ? "falls silent" : "crashes"}`)
    this.#isUp = false
    this.#context.world.crash(this.#host, { silent })
    for (const end of this.#ends.values()) this.#context.journal.down(end, "crashed")
    this.#ends.clear()
  }

  /**
   * Comes up after a crash, as time passes.
   *
   * @param options.torn Whether its disk was damaged when the power was cut.
   */
  restart({ torn = false }: { readonly torn?: boolean } = {}): void {
    if (this.#isUp) throw new Error(`${this.name} is up: crash it before it is restarted`)
    this.#context.journal.fault(`${this.name} restarts${torn ? " with a torn disk" : ""}`)
    this.#isUp = true
    this.#guard(this.#restart(torn))
  }

  /** Stops in good order, as time passes. */
  leave(): void {
    if (!this.#isUp) return
    this.#context.journal.fault(`${this.name} leaves`)
    this.#isUp = false
    this.#guard(this.p2p.stop())
  }

  /** Starts again after it has left, as time passes. */
  rejoin(): void {
    if (this.#isUp) return
    this.#context.journal.fault(`${this.name} comes back`)
    this.#isUp = true
    this.#guard(this.p2p.stop().then(() => this.#start()))
  }

  /** Somebody sets its wall clock forward, or back below 0. */
  stepClock(ms: number): void {
    this.#context.journal.fault(`the clock of ${this.name} is set by ${ms} ms`)
    this.#host.clock.stepWallTime(ms)
    this.#setBackMs += Math.max(0, -ms)
  }

  /** For the simulation: makes the node and starts it. Resolves when it runs, as time passes. */
  async boot(): Promise<void> {
    this.#isUp = true
    await this.#make()
    await this.#start()
  }

  async #make(): Promise<void> {
    const p2p = await P2p.create(this.#settings, { runtime: this.#host, addressPolicy: this.#addressPolicy })
    const apps = new Apps(p2p, {
      started: (channel) => this.#watch(channel),
      chat: (text, channel) => {
        this.#arrived("chat", text, channel)
        this.#show({ kind: "chat", text })
      },
      flood: (id, text, channel, isNew) => {
        this.#arrived("flood", id, channel)
        if (isNew) this.#show({ kind: "flood", text })
      },
    })
    p2p.protocols.register(SESSION_DEFAULT, (channel) => {
      channel.onStop(() => this.#stopped(channel))
      return apps.protocol(channel)
    })
    this.#p2p = p2p
    this.#apps = apps
    this.inbox = []
    this.#context.setup(this)
  }

  async #start(): Promise<void> {
    const { p2p } = this
    await p2p.start()
    this.#guard(p2p.run())
  }

  async #restart(torn: boolean): Promise<void> {
    if (torn) this.#disk = await tornStore(this.#disk, this.#host.random.fork("torn"))
    this.#host = this.#context.world.restart(this.#host, { store: this.#disk })
    await this.boot()
  }

  #stopped(channel: Channel): void {
    const { journal } = this.#context
    const end = this.#ends.get(channel)
    if (end !== undefined) journal.down(end, channel.state)
    this.#ends.delete(channel)
    if (!this.p2p.hosts.isBlacklisted(channel.address)) return
    const { name } = this.#ownerOf(channel)
    void channel.stopped.then(({ message }) => journal.banned(this.name, name, message))
  }

  #ownerOf(channel: Channel): Owner {
    return this.#context.ownerOf(parseUrl(channel.address).host)
  }

  #watch(channel: Channel): void {
    const { journal } = this.#context
    const { name, index } = this.#ownerOf(channel)
    const end = { node: this.name, index: this.index, peer: name, peerIndex: index, session: channel.session }
    this.#ends.set(channel, end)
    journal.up(end)
  }

  #arrived(kind: "chat" | "flood", id: string, channel: Channel): void {
    const end = this.#ends.get(channel)
    if (end !== undefined) this.#context.journal.arrived(kind, id, end)
  }

  #show(shown: Shown): void {
    this.inbox.push(shown)
    if (this.inbox.length > 20_000) this.inbox = this.inbox.slice(-10_000)
  }

  #newText(kind: string): string {
    return `${kind} ${++this.#sent} of ${this.name}`
  }

  #guard(work: Promise<unknown>): void {
    const { tasks } = this.#host
    tasks.began()
    const caught = work.catch((error: unknown) => {
      // Who was told to stop while it started says so.
      if (this.#isUp) this.#context.journal.error(`${this.name}: ${textOf(error)}`)
    })
    void caught.then(() => tasks.ended())
  }
}
