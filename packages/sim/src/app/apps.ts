import type { Channel, P2p, Protocol } from "@dchat/net"
import { ChatMsg, FloodMsg } from "./messages.ts"

/** So many ids are remembered; the oldest go first. */
const SEEN = 10_000

/** What the applications tell of. */
export interface AppEvents {
  chat(text: string, channel: Channel): void
  /** @param isNew Whether it is the first copy. */
  flood(id: string, text: string, channel: Channel, isNew: boolean): void
}

/** The chat of the reference: who has a channel to the sender gets it. */
export function chatProtocol(channel: Channel, tell: AppEvents["chat"]): Protocol {
  const messages = channel.subscribe(ChatMsg)
  return {
    name: "ProtocolDchat",
    start(jobs) {
      void jobs.spawn(async () => {
        for await (const { msg } of messages) tell(msg, channel)
      })
    },
  }
}

/** Passes every message on, once, to all but who it came from. */
export class Flood {
  readonly #p2p: P2p
  readonly #tell: AppEvents["flood"]
  readonly #seen = new Set<string>()

  constructor(p2p: P2p, tell: AppEvents["flood"]) {
    this.#p2p = p2p
    this.#tell = tell
  }

  /** Sends a message of our own. */
  async send(id: string, text: string): Promise<void> {
    this.#see(id)
    await this.#p2p.broadcast(FloodMsg, { id, text })
  }

  protocol(channel: Channel): Protocol {
    const messages = channel.subscribe(FloodMsg)
    return {
      name: "ProtocolFlood",
      start: (jobs) => {
        void jobs.spawn(async () => {
          for await (const { id, text } of messages) await this.#take(id, text, channel)
        })
      },
    }
  }

  async #take(id: string, text: string, channel: Channel): Promise<void> {
    const isNew = this.#see(id)
    this.#tell(id, text, channel, isNew)
    // A node that stops has nobody to pass it on to.
    if (isNew && this.#p2p.state === "running") {
      await this.#p2p.broadcast(FloodMsg, { id, text }, { exclude: [channel.address] })
    }
  }

  #see(id: string): boolean {
    if (this.#seen.has(id)) return false
    this.#seen.add(id)
    if (this.#seen.size > SEEN) for (const oldest of this.#seen) return this.#seen.delete(oldest)
    return true
  }
}
