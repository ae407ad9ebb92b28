/**
 * What is being done with an address at this moment (darkfi-net 7.3). It keeps two parts of the node from dialling, probing
 * or moving the same address at once.
 */
export const HOST_STATES = ["free", "insert", "refine", "connect", "connected", "move", "suspend"] as const

/** What is being done with an address at this moment. */
export type HostState = (typeof HOST_STATES)[number]

/** From which states each state may be entered. An address that nothing is known of may enter any. */
export const ALLOWED_FROM: Readonly<Record<HostState, readonly HostState[]>> = {
  free: HOST_STATES,
  insert: ["free"],
  refine: ["free", "suspend"],
  connect: ["free"],
  connected: ["free", "connect", "refine", "move"],
  move: ["free", "connect", "refine", "connected"],
  suspend: ["move"],
}

/** Free addresses are forgotten when this old, in milliseconds. */
const FREE_AGE_MS = 86_400_000
/** More addresses than this, and the oldest free ones are forgotten, down to {@link KEPT}. */
const MOST = 20_000
const KEPT = 18_000

interface Entry {
  readonly state: HostState
  /** When the state was entered, on the monotonic clock. */
  readonly since: number
}

/** The state of every address that something was done with. Time is the monotonic clock's, in milliseconds. */
export class HostStates {
  /** In the order of entering, so that the oldest come first. */
  readonly #entries = new Map<string, Entry>()

  get size(): number {
    return this.#entries.size
  }

  get(address: string): HostState | undefined {
    return this.#entries.get(address)?.state
  }

  /** Whether the address could enter the state now. */
  may(address: string, state: HostState): boolean {
    const current = this.get(address)
    return current === undefined || ALLOWED_FROM[state].includes(current)
  }

  /** Enters the state if that is allowed; says whether it was. */
  enter(address: string, state: HostState, now: number): boolean {
    if (!this.may(address, state)) return false
    this.#entries.delete(address)
    this.#entries.set(address, { state, since: now })
    this.#forget((entry) => now - entry.since > FREE_AGE_MS)
    if (this.#entries.size > MOST) this.#forget(() => this.#entries.size > KEPT)
    return true
  }

  #forget(isDue: (oldest: Entry) => boolean): void {
    for (const [address, entry] of this.#entries) {
      if (!isDue(entry)) return
      if (entry.state === "free") this.#entries.delete(address)
    }
  }
}
