import type { Channel, P2p, Protocol } from "@dchat/net"
import { ChatMsg, FloodMsg } from "./messages.ts"

/** So many ids are remembered; the oldest go first. */
const SEEN = 10_000

/** What the applications tell of. */
export interface AppEvents {
  /** The version exchange of a channel is done. */
  started(channel: Channel): void
  /** A message of the chat of the reference has come: who has a channel to the sender gets it. */
  chat(text: string, channel: Channel): void
  /**
   * A copy of a flooded message has come.
   *
   * @param isNew Whether it is the first.
   */
  flood(id: string, text: string, channel: Channel, isNew: boolean): void
}

/**
 * What the nodes of a simulation say to each other: the chat of the reference, and a flood that passes every message on,
 * once, to all but who it came from. One protocol for both: of ten thousand nodes each protocol takes a tenth of a gigabyte.
 */
export class Apps {
  readonly #p2p: P2p
  readonly #events: AppEvents
  readonly #seen = new Set<string>()

  constructor(p2p: P2p, events: AppEvents) {
    this.#p2p = p2p
    this.#events = events
  }

  /** Floods a message of our own. */
  async flood(id: string, text: string): Promise<void> {
    this.#see(id)
    await this.#p2p.broadcast(FloodMsg, { id, text })
  }

  protocol(channel: Channel): Protocol {
    const chats = channel.subscribe(ChatMsg)
    const floods = channel.subscribe(FloodMsg)
    return {
      name: "SimulatedApps",
      start: (jobs) => {
        this.#events.started(channel)
        // A loop of `for await` keeps twice as much while it waits, and most of these wait most of the time.
        void jobs.spawn(async () => {
          for (let chat = await chats.next(); chat.done !== true; chat = await chats.next())
            this.#events.chat(chat.value.msg, channel)
        })
        void jobs.spawn(async () => {
          for (let flood = await floods.next(); flood.done !== true; flood = await floods.next())
            await this.#take(flood.value.id, flood.value.text, channel)
        })
      },
    }
  }

  async #take(id: string, text: string, channel: Channel): Promise<void> {
    const isNew = this.#see(id)
    this.#events.flood(id, text, channel, isNew)
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
