import type { Runtime } from "@dchat/runtime"
import type { Hosts } from "../hosts/hosts.ts"

/** The longest first pause before a host that failed is dialled again, in milliseconds; it doubles with each failure. */
const FIRST_PAUSE_MS = 2000
/** No pause is longer, in milliseconds. */
const LONGEST_PAUSE_MS = 600_000
/** Nor than this, if it may be us who are not there: when we are back somebody is to be found at once. */
const LONGEST_ALONE_MS = 30_000
/** The failures of so many hosts are remembered. */
const MOST = 4096

interface Failed {
  readonly failures: number
  /** On the monotonic clock. */
  readonly dueAt: number
}

/** What the retries need of their node. */
export interface RetriesContext {
  readonly hosts: Pick<Hosts, "enter" | "stateOf">
  readonly runtime: Pick<Runtime, "clock" | "random">
}

/**
 * When hosts that failed may be dialled again: back-off with full jitter for each of them. Until then they are suspended
 * (darkfi-net 7.3); a probe that succeeds ends that earlier.
 */
export class Retries {
  readonly #context: RetriesContext
  /** Who failed last comes last. */
  readonly #failed = new Map<string, Failed>()

  constructor(context: RetriesContext) {
    this.#context = context
  }

  /**
   * A host could not be connected to, or was lost again at once.
   *
   * @param isTold Whether somebody is there who shows that it was the host, not us. Default true.
   */
  failed(address: string, isTold = true): void {
    const { hosts, runtime } = this.#context
    const { failures } = this.#failed.get(address) ?? { failures: 0 }
    const most = isTold ? LONGEST_PAUSE_MS : LONGEST_ALONE_MS
    const doubled = FIRST_PAUSE_MS * 2 ** failures
    this.#failed.delete(address)
    const dueAt = runtime.clock.monotonic() + runtime.random.float() * Math.min(most, doubled)
    this.#failed.set(address, { failures: doubled < most ? failures + 1 : failures, dueAt })
    if (hosts.enter(address, "move")) hosts.enter(address, "suspend")
    for (const oldest of this.#failed.keys()) {
      if (this.#failed.size <= MOST) break
      this.release(oldest)
      this.#failed.delete(oldest)
    }
  }

  /** A host was connected to, and stayed. */
  succeeded(address: string): void {
    this.#failed.delete(address)
  }

  /** Frees the hosts whose pause is over. Returns the milliseconds until the next one is, or `Infinity`. */
  releaseDue(): number {
    const now = this.#context.runtime.clock.monotonic()
    let next = Infinity
    for (const [address, { dueAt }] of this.#failed) {
      if (this.#context.hosts.stateOf(address) !== "suspend") continue
      if (dueAt <= now) this.release(address)
      else next = Math.min(next, dueAt - now)
    }
    return next
  }

  /** Frees all hosts, whether their pause is over or not. */
  releaseAll(): void {
    for (const address of this.#failed.keys()) this.release(address)
  }

  /** Frees a host, whether its pause is over or not. */
  release(address: string): void {
    if (this.#context.hosts.stateOf(address) === "suspend") this.#context.hosts.enter(address, "free")
  }
}
