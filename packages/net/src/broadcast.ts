import type { Channel } from "./channel/channel.ts"
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

/** What of a channel tells which node it leads to. */
export type Lead = Pick<Channel, "session" | "address" | "version">

/**
 * One channel for each node, so that no node gets a message twice. Where several lead to the same node, one that we dialled
 * is taken.
 *
 * Which node a channel leads to is only known from what the peer says of itself. So a claim may take a copy away only from
 * who makes it: an inbound channel is left out if its peer says that it can be reached where we have dialled; of two that
 * we dialled one is left out if each peer names the other's address.
 */
export function oneForEachNode<L extends Lead>(channels: readonly L[]): L[] {
  const dialled: L[] = []
  for (const channel of channels.filter(isDialled)) {
    const isDouble = dialled.some((other) => claims(channel, other) && claims(other, channel))
    if (!isDouble) dialled.push(channel)
  }
  const inbound = channels.filter((channel) => !isDialled(channel) && !dialled.some((other) => claims(channel, other)))
  return [...dialled, ...inbound]
}

/** Sends messages to every peer. */
export class Broadcaster {
  readonly #channels: ChannelTable
  readonly #encoder: PacketEncoder
  /** One channel for each node, as of this revision of the table: channels come and go more seldom than messages. */
  #leads: { readonly revision: number; readonly channels: readonly Channel[] } = { revision: -1, channels: [] }
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
    const leads = this.#currentLeads()
    const targets = exclude.length === 0 ? leads : leads.filter(({ address }) => !exclude.includes(address))
    const sent = targets.filter((channel) => channel.offer(type, packet)).length
    const refused = targets.length - sent
    this.#refused += refused
    return { nodes: targets.length, sent, refused }
  }

  #currentLeads(): readonly Channel[] {
    const { revision } = this.#channels
    if (this.#leads.revision !== revision) {
      this.#leads = { revision, channels: oneForEachNode(this.#channels.peers()) }
    }
    return this.#leads.channels
  }
}

function isDialled({ session }: Lead): boolean {
  return session !== "inbound"
}

/** Whether the peer of one channel says that it can be reached at the address of another. */
function claims({ version }: Lead, { address }: Lead): boolean {
  return version?.extSendAddr.includes(address) ?? false
}
