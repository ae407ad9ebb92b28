import { checkpoint, isTimeout, sleep, timeout, type CancelScope, type ManualResetEvent } from "@dchat/task"
import type { Channel } from "../channel/channel.ts"
import { WrongStateError } from "../errors.ts"
import { dial } from "./bring-up.ts"
import type { SessionContext } from "./context.ts"
import type { Attempt } from "./doubts.ts"
import { textOf } from "./failure.ts"

/** What an outbound slot is doing (darkfi-net 6.3). */
export type SlotState =
  /** It looks for somebody to dial. */
  | "looking"
  /** There is nobody to dial. */
  | "sleeping"
  | "connecting"
  /** There is a socket; the version exchange is under way. */
  | "handshaking"
  | "connected"

/** To which states a slot goes on from each. */
const MOVES: Readonly<Record<SlotState, readonly SlotState[]>> = {
  looking: ["sleeping", "connecting"],
  sleeping: ["looking"],
  connecting: ["handshaking", "looking"],
  handshaking: ["connected", "looking"],
  /** It goes on being connected when another channel takes the place of the one that it has. */
  connected: ["looking", "connected"],
}

/** A connection that is lost sooner than this counts as a failure, in milliseconds. */
export const SETTLED_MS = 15_000

/**
 * From one attempt of a slot to the next, at least, in milliseconds. Else whoever tells us of addresses that refuse at once
 * has us dial dozens a second, at our cost and at that of whoever is really there.
 */
export const ATTEMPT_MS = 500

/** What a slot needs of its session. */
export interface SlotOptions {
  readonly index: number
  readonly node: SessionContext
  /** Chooses an address that can be dialled; undefined if there is none. */
  readonly choose: () => string | undefined
  /** There is nobody to dial: somebody must be found. Returns the milliseconds after which to look again in any case. */
  readonly starve: () => number
  /** Set when it is time to look again. The slot resets it. */
  readonly wake: ManualResetEvent
  /** Returns since when it was connected before it was lost, on the monotonic clock; undefined if it is new. */
  readonly connected: (address: string) => number | undefined
  /** A dial was in vain. */
  readonly failed: (address: string, attempt: Attempt, error: unknown) => void
  /** A connection was lost at once. */
  readonly lostAtOnce: (address: string) => void
  /** Somebody was connected for so long that it counts. */
  readonly succeeded: (address: string) => void
  /** Somebody of those was lost who had been connected to first at a moment on the monotonic clock. */
  readonly lost: (address: string, since: number) => void
}

/** One of the places for an outbound connection, which it keeps filled. */
export class Slot {
  readonly #options: SlotOptions
  #state: SlotState = "looking"
  #channel: Channel | undefined
  #address: string | undefined
  #connectedAt = Infinity
  #since = Infinity
  /** Nobody is dialled before this moment. */
  #nextAt = -Infinity

  constructor(options: SlotOptions) {
    this.#options = options
  }

  get state(): SlotState {
    return this.#state
  }

  /** The channel in this slot, or 0. */
  get channelId(): number {
    return this.#state === "connected" ? (this.#channel?.id ?? 0) : 0
  }

  /** Whom it is connected or connecting to. */
  get address(): string | undefined {
    return this.#address
  }

  /** For how long it has been connected, in milliseconds; 0 while it is not. */
  get connectedMs(): number {
    return Math.max(0, this.#options.node.runtime.clock.monotonic() - this.#connectedAt)
  }

  /**
   * Since when its peer is one of ours, on the monotonic clock: the time before it was lost and came back counts.
   * `Infinity` while it is not connected.
   */
  get since(): number {
    return this.#since
  }

  /** Puts a channel that is ready in the place of the one that is here. Returns that one; undefined if there is none. */
  replace(channel: Channel): Channel | undefined {
    if (this.#state !== "connected") return undefined
    const { index: slot, node, succeeded } = this.#options
    const former = this.#channel
    if (former !== undefined && this.connectedMs >= SETTLED_MS) succeeded(former.address)
    node.dnet.publish({ event: "outbound_slot_connecting", info: { slot, addr: channel.address } })
    node.dnet.publish({
      event: "outbound_slot_connected",
      info: { slot, addr: channel.displayAddress, channel_id: channel.id },
    })
    this.#take(channel)
    return former
  }

  /** Connects, and again whenever the connection is lost, until the signal is cancelled. */
  async run(signal: CancelScope): Promise<never> {
    const { clock } = this.#options.node.runtime
    for (;;) {
      checkpoint(signal)
      const pauseMs = this.#nextAt - clock.monotonic()
      if (pauseMs > 0) await sleep(pauseMs, { signal, clock })
      const address = this.#options.choose()
      if (address === undefined) await this.#sleep(signal)
      else {
        this.#nextAt = clock.monotonic() + ATTEMPT_MS
        this.#address = address
        await this.#hold(address, signal).finally(() => {
          this.#channel = undefined
          this.#address = undefined
          this.#connectedAt = Infinity
          this.#since = Infinity
        })
      }
      this.#move("looking")
    }
  }

  #move(to: SlotState): void {
    if (!MOVES[this.#state].includes(to)) throw new WrongStateError(`a ${this.#state} slot cannot be ${to}`)
    this.#state = to
  }

  #take(channel: Channel): void {
    this.#move("connected")
    this.#channel = channel
    this.#address = channel.address
    this.#connectedAt = this.#options.node.runtime.clock.monotonic()
    this.#since = this.#options.connected(channel.address) ?? this.#connectedAt
  }

  async #sleep(signal: CancelScope): Promise<void> {
    const { node, index: slot, wake, starve } = this.#options
    this.#move("sleeping")
    wake.reset()
    node.dnet.publish({ event: "outbound_slot_sleeping", info: { slot } })
    const woken = timeout(starve(), (scope) => wake.wait({ signal: scope }), { signal, clock: node.runtime.clock })
    await woken.catch((error: unknown) => {
      if (!isTimeout(error)) throw error
    })
  }

  async #hold(address: string, signal: CancelScope): Promise<void> {
    const { node, index: slot, failed } = this.#options
    this.#move("connecting")
    node.dnet.publish({ event: "outbound_slot_connecting", info: { slot, addr: address } })
    const attempt = node.doubts.begin()
    try {
      const channel = await dial(address, "outbound", node, {
        signal,
        onOpen: ({ displayAddress: addr, id }) => {
          this.#move("handshaking")
          node.dnet.publish({ event: "outbound_slot_connected", info: { slot, addr, channel_id: id } })
        },
      })
      this.#take(channel)
      await this.#untilLost()
    } catch (error) {
      checkpoint(signal)
      node.dnet.publish({ event: "outbound_slot_disconnected", info: { slot, err: textOf(error) } })
      failed(address, attempt, error)
    }
  }

  /** Waits for the end of the channel that is here, whichever that is by then. */
  async #untilLost(): Promise<void> {
    const { lostAtOnce, succeeded, lost } = this.#options
    let channel: Channel | undefined
    while (channel !== this.#channel) {
      channel = this.#channel
      await channel?.stopped
      await channel?.stop()
    }
    const address = channel?.address ?? ""
    if (this.connectedMs < SETTLED_MS) return lostAtOnce(address)
    succeeded(address)
    lost(address, this.#since)
  }
}
