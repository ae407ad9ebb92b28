import type { Channel } from "./channel.ts"

/** The channels whose version exchange is done and that have not stopped, oldest first. */
export class ChannelTable {
  readonly #channels = new Set<Channel>()

  add(channel: Channel): void {
    this.#channels.add(channel)
  }

  delete(channel: Channel): void {
    this.#channels.delete(channel)
  }

  /** Every channel, those to seeds and of probes included. */
  all(): Channel[] {
    return [...this.#channels]
  }

  /** The channels to peers: all but those to seeds and of probes. */
  peers(): Channel[] {
    return this.all().filter(({ session }) => session !== "seed" && session !== "refine")
  }
}
