import type { PacketEncoder } from "./channel/packet-encoder.ts"
import type { ChannelTable } from "./channel/table.ts"
import type { MessageType } from "./message/message.ts"

/** What became of a broadcast. */
export interface BroadcastResult {
  /** How many nodes it was meant for. */
  readonly nodes: number
  /** How many channels have taken the message into their queue. */
  readonly sent: number
  /** How many channels had no room for it, or have just stopped. `sent` and `refused` add up to `nodes`. */
  readonly refused: number
}

/** Sends messages to every peer. */
export class Broadcaster {
  readonly #channels: ChannelTable
  readonly #encoder: PacketEncoder
  #refused = 0

  constructor(channels: ChannelTable, encoder: PacketEncoder) {
    this.#channels = channels
    this.#encoder = encoder
  }

  /** How many copies found no room so far. */
  get refused(): number {
    return this.#refused
  }

  /**
   * Sends a message once to each node, but for those whose channels have one of the excluded addresses. Does not wait.
   *
   * @throws {MessageError} `too-large`
   */
  send<T>(type: MessageType<T>, value: T, exclude: readonly string[] = []): BroadcastResult {
    const packet = this.#encoder.encode(type, value)
    const leads = this.#channels.leads()
    const targets = exclude.length === 0 ? leads : leads.filter(({ address }) => !exclude.includes(address))
    const sent = targets.filter((channel) => channel.offer(type, packet)).length
    const refused = targets.length - sent
    this.#refused += refused
    return { nodes: targets.length, sent, refused }
  }
}
