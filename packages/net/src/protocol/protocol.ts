import type { TaskGroup } from "@dchat/task"
import type { Channel } from "../channel/channel.ts"
import { isIn, type SessionMask } from "../session-kind.ts"

/**
 * What is said on one channel about one matter (darkfi-net 5.1). Its constructor subscribes to messages, so that none is
 * missed; `start` is called after the version exchange.
 */
export interface Protocol {
  /** What logs call it. */
  readonly name: string
  /**
   * Begins to talk. The next protocol starts when it returns. Work that goes on is spawned into `jobs`, which end with
   * the channel; if one fails, the channel stops.
   */
  start(jobs: TaskGroup): Promise<void> | void
}

/** Makes a protocol for a channel. */
export type ProtocolFactory = (channel: Channel) => Protocol

/** Which protocols are spoken on the channels of which sessions (darkfi-net 5.1). */
export class ProtocolRegistry {
  readonly #entries: { readonly sessions: SessionMask; readonly make: ProtocolFactory }[] = []

  /** Adds a protocol. On a channel, protocols start in the order in which they were registered. */
  register(sessions: SessionMask, make: ProtocolFactory): void {
    this.#entries.push({ sessions, make })
  }

  /** Makes the protocols of a channel, before its first byte is read. */
  attach(channel: Channel): Protocol[] {
    return this.#entries.filter(({ sessions }) => isIn(channel.session, sessions)).map(({ make }) => make(channel))
  }
}
