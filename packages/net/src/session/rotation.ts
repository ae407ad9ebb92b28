import { checkpoint, sleep, type CancelScope } from "@dchat/task"
import type { Random } from "@dchat/runtime"
import type { Channel } from "../channel/channel.ts"
import { dial } from "./bring-up.ts"
import type { SessionContext } from "./context.ts"
import type { Attempt } from "./doubts.ts"
import { ATTEMPT_MS, type Slot } from "./slot.ts"

/** From one try to the next, in milliseconds: drawn between these, so that nodes do not keep step. */
const LEAST_PAUSE_MS = 30_000
const MOST_PAUSE_MS = 60_000
/** Each is for a peer that was lost or one whom a seed named. One in so many is for somebody else: every 2 to 4 minutes. */
const ROUND_EVERY = 4
/** So many others are tried in a round. */
const ATTEMPTS = 4

/** A slot, and the scope that ends with it. */
export interface HeldSlot {
  readonly slot: Slot
  readonly scope: CancelScope
}

/** What the rotation needs of its session. */
export interface RotationOptions {
  readonly node: SessionContext
  /** The slots, if they are all connected. */
  readonly full: () => readonly HeldSlot[]
  /** Whether a peer in a slot may give way to somebody else. */
  readonly mayLeave: (address: string) => boolean
  /** Chooses a peer that was in a slot and is lost; undefined if nobody is missed. */
  readonly chooseMissed: () => string | undefined
  /** Chooses somebody whom a seed named; undefined if there is one in a slot, or none to be dialled. */
  readonly chooseNamed: () => string | undefined
  /** Chooses an address of somebody else; undefined if nobody else is known. */
  readonly choose: (random: Random) => string | undefined
  readonly failed: (address: string, attempt: Attempt, error: unknown) => void
  /** All were tried in vain: others must be found. */
  readonly starve: () => void
  /**
   * Seeds may know of others than our peers do, who may all be hostile. They are asked at the tries 1, 2, 4, 8 and so on:
   * whoever has just started needs it most, and seeds are few. What they say is there at the next try.
   */
  readonly askSeeds: () => void
}

/**
 * Lets a full set of slots try somebody else now and then, so that two halves of a network that have filled their slots
 * with their own while they could not reach each other grow together again. The one that has been connected for the
 * shortest time lets go of its channel, but only when another one is ready: a round that is in vain costs nothing. Those
 * that have been connected for longer stay, so whoever waits to be tried gains one slot at most.
 */
export class Rotation {
  readonly #options: RotationOptions
  readonly #random: Random

  constructor(options: RotationOptions) {
    this.#options = options
    this.#random = options.node.runtime.random.fork("rotation")
  }

  /** Works until the signal is cancelled. */
  async run(signal: CancelScope): Promise<never> {
    const { node, chooseMissed, chooseNamed, askSeeds } = this.#options
    for (let turn = 1; ; turn++) {
      const pauseMs = LEAST_PAUSE_MS + this.#random.float() * (MOST_PAUSE_MS - LEAST_PAUSE_MS)
      await sleep(pauseMs, { signal, clock: node.runtime.clock })
      if (isPowerOfTwo(turn)) askSeeds()
      const isDone = (await this.#try(chooseMissed)) === "done" || (await this.#try(chooseNamed)) === "done"
      checkpoint(signal)
      if (turn % ROUND_EVERY === 0 && !isDone) await this.#round(signal)
    }
  }

  async #round(signal: CancelScope): Promise<void> {
    const { node, choose, starve } = this.#options
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 0) await sleep(ATTEMPT_MS, { signal, clock: node.runtime.clock })
      const outcome = await this.#try(() => choose(this.#random))
      checkpoint(signal)
      if (outcome === "done") return
      if (outcome === "nobody") break
    }
    starve()
  }

  /** Tries somebody else. Done is also what can no longer be done, since a slot is not connected any more or is gone. */
  async #try(choose: () => string | undefined): Promise<"done" | "in vain" | "nobody"> {
    const { node, full, mayLeave, failed } = this.#options
    const victim = youngest(full(), mayLeave)
    if (victim === undefined) return "done"
    const { slot, scope } = victim
    const address = choose()
    if (address === undefined) return "nobody"
    const attempt = node.doubts.begin()
    try {
      const channel = await dial(address, "outbound", node, { signal: scope })
      const former = slot.replace(channel)
      // Who was lost meanwhile has a slot that looks for another itself.
      if (former === undefined) await channel.stop()
      else await this.#letGo(former)
      return "done"
    } catch (error) {
      if (scope.cancelled) return "done"
      failed(address, attempt, error)
      return "in vain"
    }
  }

  /** Whoever is let go of is as good as before. */
  async #letGo(channel: Channel): Promise<void> {
    const { hosts } = this.#options.node
    const isThere = channel.state === "running"
    await channel.stop()
    if (isThere) hosts.confirm(channel.address)
  }
}

/** The slot whose peer was the last to become one of ours, of those who may leave, if there are others beside it. */
function youngest(slots: readonly HeldSlot[], mayLeave: (address: string) => boolean): HeldSlot | undefined {
  if (slots.length < 2) return undefined
  const candidates = slots.filter(({ slot }) => mayLeave(slot.address ?? ""))
  return candidates.reduce<HeldSlot | undefined>(
    (a, b) => (a === undefined || b.slot.since > a.slot.since ? b : a),
    undefined,
  )
}

function isPowerOfTwo(count: number): boolean {
  return (count & (count - 1)) === 0
}
