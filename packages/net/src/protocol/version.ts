import type { Runtime } from "@dchat/runtime"
import { isTimeout, timeout, type CancelScope } from "@dchat/task"
import { parseUrl } from "@dchat/wire"
import type { Channel } from "../channel/channel.ts"
import { ChannelStopped } from "../channel/stopped.ts"
import type { MessageSubscription } from "../channel/subscription.ts"
import type { Hosts } from "../hosts/hosts.ts"
import type { MessageOf } from "../message/message.ts"
import { Verack, Version, type VersionInfo } from "../message/version.ts"
import { profileOf, type Settings } from "../settings/settings.ts"
import { withoutCredentials } from "../transport/transport.ts"
import { explain, misfit } from "./version-misfit.ts"

/** What the version exchange needs of its node. */
export interface VersionContext {
  readonly settings: Settings
  readonly hosts: Pick<Hosts, "externalAddrs">
  readonly runtime: Pick<Runtime, "clock">
}

/**
 * The exchange with which every channel begins, the same on both sides (darkfi-net 5.2). Make it before the channel starts.
 */
export class VersionExchange {
  readonly #channel: Channel
  readonly #context: VersionContext
  readonly #versions: MessageSubscription<VersionInfo>
  readonly #veracks: MessageSubscription<MessageOf<typeof Verack>>

  constructor(channel: Channel, context: VersionContext) {
    this.#channel = channel
    this.#context = context
    this.#versions = channel.subscribe(Version, { maxMessages: 1, overflow: "drop-newest" })
    this.#veracks = channel.subscribe(Verack, { maxMessages: 1, overflow: "drop-newest" })
  }

  /**
   * Does the exchange. If it fails the channel is stopped.
   *
   * @throws {ChannelStopped} if the peer does not fit, is too slow, or goes away; its text says what may be the matter, and
   * what is to be looked at
   */
  async run(): Promise<void> {
    const channel = this.#channel
    const { settings, runtime } = this.#context
    const { handshakeTimeoutMs } = profileOf(settings, parseUrl(channel.address).scheme)
    try {
      await timeout(handshakeTimeoutMs, (scope) => this.#exchange(scope), { clock: runtime.clock })
    } catch (error) {
      if (isTimeout(error)) channel.fault({ kind: "handshake-timeout" })
      try {
        channel.throwIfStopped()
      } catch (reason) {
        throw reason instanceof ChannelStopped ? explain(reason, channel, settings) : reason
      }
      throw error
    } finally {
      this.#versions[Symbol.dispose]()
      this.#veracks[Symbol.dispose]()
    }
  }

  /** Both halves, each to its end; the error of the first counts most. */
  async #exchange(signal: CancelScope): Promise<void> {
    const halves = await Promise.allSettled([this.#introduce(signal), this.#acknowledge(signal)])
    for (const half of halves) if (half.status === "rejected") throw half.reason
  }

  async #introduce(signal: CancelScope): Promise<void> {
    const channel = this.#channel
    const { settings, hosts, runtime } = this.#context
    const { nodeId, appName, appVersion } = settings
    await channel.send(
      Version,
      {
        nodeId,
        appName,
        version: appVersion,
        timestamp: BigInt(Math.floor(runtime.clock.now() / 1000)),
        connectRecvAddr: withoutCredentials(channel.connection.connect),
        resolveRecvAddr: channel.connection.resolve,
        extSendAddr: [...hosts.externalAddrs],
        features: [],
      },
      { signal },
    )
    const peer = await this.#veracks.receive({ signal })
    const fault = misfit(peer.appName, peer.appVersion, settings)
    if (fault === undefined) return
    channel.fault(fault)
    channel.throwIfStopped()
  }

  async #acknowledge(signal: CancelScope): Promise<void> {
    const { appName, appVersion } = this.#context.settings
    this.#channel.introduce(await this.#versions.receive({ signal }))
    await this.#channel.send(Verack, { appVersion, appName }, { signal })
  }
}
