import type { Clock, Timer } from "@dchat/runtime"

/** What a {@link Heartbeat} does with the connection. */
export interface Beating {
  ping(): void
  /** The other side is gone. */
  lost(): void
  /** Whether we do not read: then nothing can be heard, and nobody is to blame but us. */
  isDeaf(): boolean
}

/** `looking` is the last chance: what came while this process was busy or asleep is read before the verdict. */
type Phase = "quiet" | "pinged" | "looking"

/**
 * Finds out whether the other side is there. Costs one timer, and nothing for a message but setting a field: no timer is set
 * anew when something comes.
 */
export class Heartbeat {
  /** Set it when something comes. */
  heard = false
  readonly #clock: Clock
  readonly #pingMs: number
  readonly #pongTimeoutMs: number
  readonly #beating: Beating
  #phase: Phase = "quiet"
  #timer: Timer | undefined

  /**
   * @param pingMs A side that has said nothing for this long, and at most for twice as long, is pinged. `Infinity`: never.
   * @param pongTimeoutMs How long it may take until it says something then.
   */
  constructor(clock: Clock, pingMs: number, pongTimeoutMs: number, beating: Beating) {
    this.#clock = clock
    this.#pingMs = pingMs
    this.#pongTimeoutMs = pongTimeoutMs
    this.#beating = beating
    if (pingMs !== Infinity) this.#enter("quiet", pingMs)
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #enter(phase: Phase, ms: number): void {
    this.#phase = phase
    this.#timer = this.#clock.setTimer(ms, this.#look)
  }

  readonly #look = (): void => {
    const isThere = this.heard || this.#beating.isDeaf()
    this.heard = false
    if (isThere) return this.#enter("quiet", this.#pingMs)
    switch (this.#phase) {
      case "quiet":
        this.#enter("pinged", this.#pongTimeoutMs)
        return this.#beating.ping()
      case "pinged":
        return this.#enter("looking", 0)
      case "looking":
        this.#timer = undefined
        return this.#beating.lost()
    }
  }
}
