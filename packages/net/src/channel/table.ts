import type { Clock } from "@dchat/runtime"
import type { Channel } from "./channel.ts"

/** The channels whose version exchange is done and that have not stopped, oldest first. */
export class ChannelTable {
  readonly #clock: Clock
  readonly #channels = new Set<Channel>()
  #lastPeerAt: number
  #revision = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#lastPeerAt = clock.monotonic()
  }

  /** For how long there has been no channel to a peer, in milliseconds; 0 while there is one. */
  get idleMs(): number {
    return this.peers().length > 0 ? 0 : this.#clock.monotonic() - this.#lastPeerAt
  }

  /** Another number whenever a channel has come or gone. */
  get revision(): number {
    return this.#revision
  }

  add(channel: Channel): void {
    this.#revision++
    this.#channels.add(channel)
  }

  delete(channel: Channel): void {
    this.#revision++
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
}

function isPeer({ session }: Channel): boolean {
  return session !== "seed" && session !== "refine"
}
