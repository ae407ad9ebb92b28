import type { ByteStream, Listener } from "@dchat/runtime"
import type { CancelScope, TaskGroup } from "@dchat/task"
import type { ParsedUrl } from "@dchat/wire"
import type { Channel } from "../channel/channel.ts"
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
  /** What was accepted, then what the transport has made of it. */
  stream: ByteStream
  /** There once the stream is ready for packets. */
  channel?: Channel
  /** Settles when the stream is closed. There once it has a place. */
  visit?: Promise<void>
}

/** What a port does with those that it takes in. */
export interface PortOptions {
  readonly node: SessionContext
  /** Where visits go on; its scope ends them. */
  readonly tasks: TaskGroup
  /** Deals with a visitor until it has gone, and closes its stream. */
  readonly serve: (visitor: Visitor, scope: CancelScope) => Promise<void>
}

/** An open port: takes connections in, no more than `inboundConnections` at a time, fairly among netgroups. */
export class InboundPort {
  /** Where it really listens: the port is the one that was found when 0 was asked for. */
  readonly url: ParsedUrl
  readonly #listener: Listener
  readonly #options: PortOptions
  readonly #places: Places<Visitor>
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
    if (evicted !== undefined) this.#evict(evicted, admitted)
    this.#admit(admitted, evicted?.visit)
  }

  /** Begins a visit, once the one before it has ended, if there is one. */
  #admit(visitor: Visitor, before: Promise<void> | undefined): void {
    const { tasks, serve } = this.#options
    visitor.visit = tasks.spawn(async (scope) => {
      try {
        await before?.catch(nothing)
        await serve(visitor, scope)
      } finally {
        this.#follow(this.#places.leave(visitor))
      }
    })
  }

  #evict({ peer, stream, channel, visit }: Visitor, other: Visitor): void {
    const { repeats, runtime } = this.#options.node
    const { clock, log } = runtime
    this.#evicted++
    const timer = clock.setTimer(GOODBYE_MS, () => void stream.close())
    void visit?.catch(nothing).then(() => timer.cancel())
    void (channel === undefined ? stream.close() : channel.stop())
    const isNews = repeats.isNews(`places on ${this.url.href}`, "somebody had to leave")
    const why = `all places on ${this.url.href} are taken, and its netgroup or host has more of them`
    log[isNews ? "info" : "debug"](`${peer} had to leave for ${other.peer}: ${why}`)
  }

  #turnAway({ peer, stream }: Visitor, why: string): void {
    const { node, tasks } = this.#options
    void tasks.spawn(() => stream.close())
    node.runtime.log.debug(`${peer} was not taken in: ${why}`)
  }
}

function nothing(): void {}
