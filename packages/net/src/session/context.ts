import type { Runtime } from "@dchat/runtime"
import type { Publisher } from "@dchat/task"
import type { Channel } from "../channel/channel.ts"
import type { ChannelOptions } from "../channel/options.ts"
import type { ChannelTable } from "../channel/table.ts"
import type { Doubts } from "./doubts.ts"
import type { DnetEvent } from "../dnet/event.ts"
import type { Hosts } from "../hosts/hosts.ts"
import type { MessageType } from "../message/message.ts"
import type { Repeats } from "../repeats.ts"
import type { ProtocolRegistry } from "../protocol/protocol.ts"
import type { Settings } from "../settings/settings.ts"
import type { Connector } from "../transport/connector.ts"

/** What the sessions of a node share. */
export interface SessionContext {
  readonly runtime: Runtime
  readonly settings: Settings
  readonly hosts: Hosts
  readonly channels: ChannelTable
  /** Whether a dial in vain says something of the host. */
  readonly doubts: Doubts
  readonly protocols: ProtocolRegistry
  readonly connector: Connector
  readonly dnet: Publisher<DnetEvent>
  /** What the log has said of an address already. */
  readonly repeats: Repeats
  /** Addresses by which peers that have dialled us say that they can be reached. */
  readonly advertised: Publisher<string>
  /** A channel's version exchange is done. */
  introduced(channel: Channel): void
  /** Sends a message to every peer that has room for it. */
  broadcast<T>(type: MessageType<T>, value: T): void
  /** Makes a channel of this node. */
  open(options: Pick<ChannelOptions, "stream" | "session" | "address">): Channel
}

/** Makes connections of one kind (darkfi-net 6). */
export interface Session {
  /** Begins its work, which goes on until `stop`. A session that is not configured says so in the log and does nothing. */
  start(): Promise<void>
  /** Returns when its work has ended and its channels are closed. */
  stop(): Promise<void>
}
