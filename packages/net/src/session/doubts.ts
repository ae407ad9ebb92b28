import type { Clock } from "@dchat/runtime"
import { ManualResetEvent, sleep, type CancelScope } from "@dchat/task"
import { parseUrl } from "@dchat/wire"
import type { Channel } from "../channel/channel.ts"
import { ChannelStopped } from "../channel/stopped.ts"
import { isLocalHost } from "../hosts/local.ts"
import type { Settings } from "../settings/settings.ts"

/**
 * We are online for so long after somebody was heard of, in milliseconds: as long as heartbeats take at least to find that
 * the way to a peer is cut and to empty its slot, and as long as the refinery pauses.
 */
const LATELY_MS = 16_000
/** How often doubts are looked at while there are any, in milliseconds. */
const SETTLE_EVERY_MS = 500
/** So many peers are looked at for a dial: one that speaks is enough. */
const WITNESSES = 8
/** So many failures wait to be judged. Of too many the oldest counts for nothing. */
const MOST_DOUBTS = 256

/** Who was there when a dial began. */
export interface Attempt {
  readonly wasOnline: boolean
  readonly witnesses: readonly Channel[]
}

interface Doubt {
  /** Those who were there all the time, and how many bytes had come from each when the dial failed. */
  readonly witnesses: readonly (readonly [channel: Channel, received: number])[]
  readonly condemn: () => void
}

/** What the doubts need of their node. */
export interface DoubtsContext {
  readonly clock: Clock
  readonly settings: Pick<Settings, "localnet">
}

/**
 * Whether a dial in vain says something of the host. It may be us who are not there: a cable is out, a lid was closed. Then
 * every host fails, and none of them is to blame. So a failure counts if somebody was heard of shortly before the dial and
 * shortly before its end; or, since peers may have nothing to say for half a minute, as soon as somebody speaks who was
 * there before the dial and stayed.
 *
 * Whoever is on our own machine or local network says nothing of the world, unless the network is a local one.
 */
export class Doubts {
  readonly #context: DoubtsContext
  readonly #here = new Set<Channel>()
  /** When somebody who has left was heard of last, on the monotonic clock. */
  #heardAt = -Infinity
  #doubts: Doubt[] = []
  readonly #pending = new ManualResetEvent()

  constructor(context: DoubtsContext) {
    this.#context = context
  }

  /** A channel is ready. */
  meet(channel: Channel): void {
    const { settings } = this.#context
    if (!settings.localnet && isLocalHost(parseUrl(channel.address).host)) return
    this.#here.add(channel)
    channel.onStop(() => {
      this.#here.delete(channel)
      this.#heardAt = Math.max(this.#heardAt, channel.heardAt)
    })
  }

  /** A dial begins. */
  begin(): Attempt {
    return { wasOnline: this.#isOnline, witnesses: [...this.#here].slice(-WITNESSES) }
  }

  /**
   * A dial was in vain: calls `condemn` if it was not us, now or when that is known.
   *
   * @param error Why. Whoever took us in and hung up has answered.
   * @returns Whether anybody is there who can tell. If not, nothing will ever come of it.
   */
  failed({ wasOnline, witnesses }: Attempt, error: unknown, condemn: () => void): boolean {
    const staying = witnesses.filter(({ state }) => state === "running")
    if (error instanceof ChannelStopped || (wasOnline && this.#isOnline)) condemn()
    else if (staying.length === 0) return false
    else {
      this.#doubts.push({ witnesses: staying.map((channel) => [channel, channel.progress.received]), condemn })
      if (this.#doubts.length > MOST_DOUBTS) this.#doubts.shift()
      this.#pending.set()
    }
    return true
  }

  /** Judges what was doubtful, as soon as it can be judged. Works until the signal is cancelled. */
  async run(signal: CancelScope): Promise<never> {
    for (;;) {
      await this.#pending.wait({ signal })
      await sleep(SETTLE_EVERY_MS, { signal, clock: this.#context.clock })
      this.#settle()
      if (this.#doubts.length === 0) this.#pending.reset()
    }
  }

  #settle(): void {
    const doubts = this.#doubts
    this.#doubts = []
    for (const doubt of doubts) {
      if (doubt.witnesses.some(([{ progress }, received]) => progress.received > received)) doubt.condemn()
      else if (doubt.witnesses.some(([{ state }]) => state === "running")) this.#doubts.push(doubt)
    }
  }

  get #isOnline(): boolean {
    const from = this.#context.clock.monotonic() - LATELY_MS
    if (this.#heardAt >= from) return true
    for (const { heardAt } of this.#here) if (heardAt >= from) return true
    return false
  }
}
