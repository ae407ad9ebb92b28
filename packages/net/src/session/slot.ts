import { checkpoint, isTimeout, sleep, timeout, type CancelScope, type ManualResetEvent } from "@dchat/task"
import { WrongStateError } from "../errors.ts"
import { ConnectError } from "../transport/error.ts"
import { dial } from "./bring-up.ts"
import type { SessionContext } from "./context.ts"
import { failureOf, isNobodysFault, textOf } from "./failure.ts"

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
  connected: ["looking"],
}

/** A connection that is lost sooner than this counts as a failure, in milliseconds. */
export const SETTLED_MS = 15_000

/**
 * From one attempt of a slot to the next, at least, in milliseconds. Else whoever tells us of addresses that refuse at once
 * has us dial dozens a second, at our cost and at that of whoever is really there.
 */
const ATTEMPT_MS = 500

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
  readonly connected: (address: string) => void
  readonly failed: (address: string) => void
  readonly succeeded: (address: string) => void
}

/** One of the places for an outbound connection, which it keeps filled. */
export class Slot {
  readonly #options: SlotOptions
  #state: SlotState = "looking"
  #channelId = 0
  #address: string | undefined
  #connectedAt = Infinity
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
    return this.#state === "connected" ? this.#channelId : 0
  }

  /** Whom it is connected or connecting to. */
  get address(): string | undefined {
    return this.#address
  }

  /** For how long it has been connected, in milliseconds; 0 while it is not. */
  get connectedMs(): number {
    return Math.max(0, this.#options.node.runtime.clock.monotonic() - this.#connectedAt)
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
          this.#address = undefined
          this.#connectedAt = Infinity
        })
      }
      this.#move("looking")
    }
  }

  #move(to: SlotState): void {
    if (!MOVES[this.#state].includes(to)) throw new WrongStateError(`a ${this.#state} slot cannot be ${to}`)
    this.#state = to
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
    const { node, index: slot, connected, failed, succeeded } = this.#options
    const { clock, log } = node.runtime
    this.#move("connecting")
    node.dnet.publish({ event: "outbound_slot_connecting", info: { slot, addr: address } })
    try {
      const channel = await dial(address, "outbound", node, {
        signal,
        onOpen: ({ displayAddress: addr, id }) => {
          this.#move("handshaking")
          node.dnet.publish({ event: "outbound_slot_connected", info: { slot, addr, channel_id: id } })
        },
      })
      this.#move("connected")
      this.#channelId = channel.id
      this.#connectedAt = clock.monotonic()
      connected(address)
      await channel.stopped
      await channel.stop()
      if (this.connectedMs < SETTLED_MS) failed(address)
      else succeeded(address)
    } catch (error) {
      checkpoint(signal)
      const failure = failureOf(error)
      if (failure === undefined) log.error(`Connecting to ${address} failed`, { error })
      else log.debug(`No connection to ${address}: ${failure}`)
      node.dnet.publish({ event: "outbound_slot_disconnected", info: { slot, err: textOf(error) } })
      if (!isNobodysFault(error)) node.hosts.fail(address)
      if (!(error instanceof ConnectError && error.code === "busy")) failed(address)
    }
  }
}
