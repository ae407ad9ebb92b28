import type { ByteStream, Listener } from "@dchat/runtime"
import { CancelScope, type TaskGroup } from "@dchat/task"
import type { ParsedUrl } from "@dchat/wire"
import { ChannelStopped } from "../channel/stopped.ts"
import { hostOf } from "../hosts/netgroup.ts"
import { urlOf } from "../transport/transport.ts"
import type { SessionContext } from "./context.ts"
import { Places, type Origin, type Ruling } from "./inbound-places.ts"

/** Connections that wait for a place on one port, at most. */
const MOST_WAITING = 128

/** Who has to leave for somebody else has so long to say goodbye, in milliseconds: shorter than most, as somebody waits. */
const GOODBYE_MS = 500

/** A connection that somebody has made to us. */
export interface Visitor extends Origin {
  /** The URL that the other end has. */
  readonly peer: string
  /** What is closed with it: first what was accepted, then what the transport has made of that. */
  stream: ByteStream
}

/** What a port does with those that it takes in. */
export interface PortOptions {
  readonly node: SessionContext
  /** Where visits go on; its scope ends them. */
  readonly tasks: TaskGroup
  /** Deals with a visitor until it has gone, and closes its stream. Cancelling the scope makes it go. */
  readonly serve: (visitor: Visitor, scope: CancelScope) => Promise<void>
}

/** A visit that goes on. */
interface Visit {
  readonly scope: CancelScope
  /** Resolves when the visitor's stream is closed. */
  readonly ended: Promise<void>
}

/** An open port: takes connections in, no more than `inboundConnections` at a time, fairly among netgroups. */
export class InboundPort {
  /** Where it really listens: the port is the one that was found when 0 was asked for. */
  readonly url: ParsedUrl
  readonly #listener: Listener
  readonly #options: PortOptions
  readonly #places: Places<Visitor>
  readonly #visits = new Map<Visitor, Visit>()
  #accepting: Promise<void> = Promise.resolve()
  #refused = 0
  #evicted = 0

  constructor(url: ParsedUrl, listener: Listener, options: PortOptions) {
    this.url = url
    this.#listener = listener
    this.#options = options
    this.#places = new Places(options.node.settings.inboundConnections, MOST_WAITING)
  }

  /** How many connections were closed because too many waited for a place. */
  get refused(): number {
    return this.#refused + this.#listener.refused
  }

  /** How many connections were closed so that somebody of a netgroup with fewer got the place. */
  get evicted(): number {
    return this.#evicted
  }

  /** Begins to take connections in. */
  open(): void {
    this.#accepting = this.#options.tasks.spawn(() => this.#accept())
  }

  /** Takes nobody in any more. Returns when those that waited are closed; visits go on. */
  async close(): Promise<void> {
    await this.#listener.close()
    await this.#accepting
  }

  async #accept(): Promise<void> {
    for await (const stream of this.#listener) this.#arrive(stream)
    await Promise.all(this.#places.clear().map(({ stream }) => stream.close()))
  }

  #arrive(stream: ByteStream): void {
    const { hosts, runtime } = this.#options.node
    const { remoteAddress } = stream
    try {
      const peer = remoteAddress.kind === "tcp" ? urlOf(this.url.scheme, remoteAddress) : this.url.href
      const visitor = { peer, stream, group: hosts.groupOf(peer), host: hostOf(peer) }
      // Here already: who is banned takes nobody's place.
      if (hosts.isBlacklisted(peer)) this.#turnAway(visitor, "the peer is blacklisted")
      else this.#follow(this.#places.arrive(visitor))
    } catch (error) {
      // A transport of somebody's own may know peers by what is no URL. Others still come in.
      runtime.log.error("Taking an inbound connection failed", { error })
      void this.#options.tasks.spawn(() => stream.close())
    }
  }

  #follow({ admitted, evicted, refused }: Ruling<Visitor>): void {
    if (refused !== undefined) {
      this.#refused++
      this.#turnAway(refused, "too many others wait for a place")
    }
    if (admitted === undefined) return
    const visit = evicted === undefined ? undefined : this.#evict(evicted, admitted)
    this.#admit(admitted, visit)
  }

  /** Begins a visit, once the one before it has ended, if there is one. */
  #admit(visitor: Visitor, before: Visit | undefined): void {
    const { tasks, serve } = this.#options
    const scope = new CancelScope(tasks.scope)
    const served = tasks.spawn(async () => {
      try {
        await before?.ended
        await serve(visitor, scope)
      } finally {
        scope[Symbol.dispose]()
        this.#visits.delete(visitor)
        this.#follow(this.#places.leave(visitor))
      }
    })
    this.#visits.set(visitor, { scope, ended: served.catch(nothing) })
  }

  #evict(visitor: Visitor, other: Visitor): Visit | undefined {
    const { repeats, runtime } = this.#options.node
    const { clock, log } = runtime
    this.#evicted++
    const visit = this.#visits.get(visitor)
    const timer = clock.setTimer(GOODBYE_MS, () => void visitor.stream.close())
    void visit?.ended.then(() => timer.cancel())
    visit?.scope.cancel(new ChannelStopped("stopped", `its place was wanted for ${other.peer}`))
    const isNews = repeats.isNews(`places on ${this.url.href}`, "somebody had to leave")
    const why = `all places on ${this.url.href} are taken, and its netgroup or host has more of them`
    log[isNews ? "info" : "debug"](`${visitor.peer} had to leave for ${other.peer}: ${why}`)
    return visit
  }

  #turnAway({ peer, stream }: Visitor, why: string): void {
    const { node, tasks } = this.#options
    void tasks.spawn(() => stream.close())
    node.runtime.log.debug(`${peer} was not taken in: ${why}`)
  }
}

function nothing(): void {}
