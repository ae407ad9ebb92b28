import type { Runtime } from "@dchat/runtime"
import { isTimeout, sleep, timeout, type CancelScope, type TaskGroup } from "@dchat/task"
import { parseUrl } from "@dchat/wire"
import type { Channel } from "../channel/channel.ts"
import type { MessageSubscription } from "../channel/subscription.ts"
import { Ping, Pong } from "../message/ping.ts"
import { profileOf, type Profile, type Settings } from "../settings/settings.ts"
import { PingPatience } from "./ping-patience.ts"
import type { Protocol } from "./protocol.ts"

interface Nonce {
  nonce: number
}

/** What the ping protocol needs of its node. */
export interface PingContext {
  readonly settings: Settings
  readonly runtime: Pick<Runtime, "clock" | "random">
}

/** Asks the peer every 30 s whether it is alive, and answers the same question (darkfi-net 5.3). */
export class ProtocolPing implements Protocol {
  readonly name = "ProtocolPing"
  readonly #channel: Channel
  readonly #context: PingContext
  readonly #pings: MessageSubscription<Nonce>
  readonly #pongs: MessageSubscription<Nonce>

  constructor(channel: Channel, context: PingContext) {
    this.#channel = channel
    this.#context = context
    this.#pings = channel.subscribe(Ping)
    this.#pongs = channel.subscribe(Pong)
  }

  start(jobs: TaskGroup): void {
    void jobs.spawn((scope) => this.#ping(scope))
    void jobs.spawn((scope) => this.#answer(scope))
  }

  async #ping(signal: CancelScope): Promise<void> {
    const { clock, random } = this.#context.runtime
    let arrived = 0
    for (;;) {
      const nonce = random.integer(0x1_0000)
      await this.#channel.send(Ping, { nonce }, { signal })
      const patience = new PingPatience(this.#profile.connectTimeoutMs, arrived, this.#channel.progress)
      const pong = await this.#pong(patience, signal)
      if (pong?.nonce !== nonce) {
        this.#channel.fault({ kind: pong === undefined ? "pong-timeout" : "wrong-pong" })
        return
      }
      arrived = patience.pingEnd
      await sleep(this.#profile.heartbeatMs, { signal, clock })
    }
  }

  /** The next pong; undefined when there is no hope of one. */
  async #pong(patience: PingPatience, signal: CancelScope): Promise<Nonce | undefined> {
    for (let ms: number | undefined = patience.firstMs; ms !== undefined; ms = patience.next(this.#channel.progress)) {
      const pong = await this.#pongWithin(ms, signal)
      if (pong !== undefined) return pong
    }
    return undefined
  }

  async #pongWithin(ms: number, signal: CancelScope): Promise<Nonce | undefined> {
    const { clock } = this.#context.runtime
    const wait = (scope: CancelScope): Promise<Nonce> => this.#pongs.receive({ signal: scope })
    try {
      return await timeout(ms, wait, { signal, clock })
    } catch (error) {
      if (isTimeout(error)) return undefined
      throw error
    }
  }

  async #answer(signal: CancelScope): Promise<void> {
    for await (const { nonce } of this.#pings) await this.#channel.send(Pong, { nonce }, { signal })
  }

  get #profile(): Profile {
    return profileOf(this.#context.settings, parseUrl(this.#channel.address).scheme)
  }
}
