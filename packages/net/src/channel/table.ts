import type { Clock } from "@dchat/runtime"
import type { Channel } from "./channel.ts"
import { oneForEachNode } from "./leads.ts"

/** The channels whose version exchange is done and that have not stopped, oldest first. */
export class ChannelTable {
  readonly #clock: Clock
  readonly #channels = new Set<Channel>()
  #lastPeerAt: number
  /** Worked out when it is asked for: channels come and go more seldom than messages. */
  #leads: readonly Channel[] | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.#lastPeerAt = clock.monotonic()
  }

  /** For how long there has been no channel to a peer, in milliseconds; 0 while there is one. */
  get idleMs(): number {
    return this.peers().length > 0 ? 0 : this.#clock.monotonic() - this.#lastPeerAt
  }

  add(channel: Channel): void {
    this.#leads = undefined
    this.#channels.add(channel)
  }

  delete(channel: Channel): void {
    this.#leads = undefined
    this.#channels.delete(channel)
    if (isPeer(channel)) this.#lastPeerAt = this.#clock.monotonic()
  }

  /** Every channel, those to seeds and of probes included. */
  all(): Channel[] {
    return [...this.#channels]
  }

  /** The channels to peers: all but those to seeds and of probes. */
  peers(): Channel[] {
    return this.all().filter(isPeer)
  }

  /** Of the channels to peers, one for each node. */
  leads(): readonly Channel[] {
    return (this.#leads ??= oneForEachNode(this.peers()))
  }
}

function isPeer({ session }: Channel): boolean {
  return session !== "seed" && session !== "refine"
}
