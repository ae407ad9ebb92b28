import type { ByteStream, Runtime } from "@dchat/runtime"
import type { Publisher } from "@dchat/task"
import type { DnetEvent } from "../dnet/event.ts"
import type { SessionKind } from "../session-kind.ts"
import type { Consequence, PeerFault } from "./fault.ts"
import type { PacketEncoder } from "./packet-encoder.ts"

/** The two ends of a connection, as canonical URLs (darkfi-net 3.2, 4.1). */
export interface ChannelAddress {
  /** What we dialled for, or the socket that we saw. */
  readonly connect: string
  /** What we really dialled; undefined if the peer dialled us. */
  readonly resolve: string | undefined
  /** Whether another transport was dialled than the address names. */
  readonly mixed: boolean
}

/** How often bounds of the channels of a node were hit, all of them together. */
export interface ChannelCounts {
  /** Messages that subscriptions had no room for, and that were dropped as their policy says. */
  messagesDropped: number
  /** Bytes that still waited for a peer when the connection to it was closed, or broke. */
  bytesUnsent: number
}

/** As much of a channel as tells who made a mistake. */
export interface Accused {
  readonly address: string
  readonly session: SessionKind
}

/** What a channel is made of. */
export interface ChannelOptions {
  readonly stream: ByteStream
  readonly session: SessionKind
  readonly address: ChannelAddress
  readonly encoder: PacketEncoder
  readonly runtime: Pick<Runtime, "clock" | "random" | "log">
  /** Learns of each packet. */
  readonly dnet: Publisher<DnetEvent>
  /** What the channel adds to. */
  readonly counts: ChannelCounts
  /** Says what follows from a fault, and carries it out where it concerns more than this channel. */
  readonly judge: (channel: Accused, fault: PeerFault) => Consequence
}
