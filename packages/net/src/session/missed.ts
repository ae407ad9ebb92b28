import type { Clock } from "@dchat/runtime"

/** No more peers than this are missed at a time. */
export const MOST_MISSED = 16
/** Nobody is missed for longer, in milliseconds. */
const MISSED_FOR_MS = 86_400_000

interface Lost {
  /** When it was connected to first, on the monotonic clock. */
  readonly since: number
  /** When it was lost, on the monotonic clock. */
  readonly at: number
}

/**
 * The peers in outbound slots that were lost after they had stayed for a while: whoever was there for long is worth more
 * than whoever has taken the place since, above all when the way to many of them was cut at once.
 */
export class Missed {
  readonly #clock: Pick<Clock, "monotonic">
  /** The one that was tried last comes last. */
  readonly #peers = new Map<string, Lost>()

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock
  }

  /**
   * A peer was lost. Of too many the one that was connected to last is forgotten.
   *
   * @param since When it was connected to first, on the monotonic clock.
   */
  lost(address: string, since: number): void {
    this.#peers.set(address, { since, at: this.#clock.monotonic() })
    if (this.#peers.size <= MOST_MISSED) return
    const [last] = [...this.#peers].reduce((a, b) => (b[1].since > a[1].since ? b : a))
    this.#peers.delete(last)
  }

  /** A host was connected to: it is not missed any more. Returns since when it was connected before it was lost, if so. */
  found(address: string): number | undefined {
    const since = this.#peers.get(address)?.since
    this.#peers.delete(address)
    return since
  }

  /** Who is missed, and since when each was connected. */
  entries(): [address: string, since: number][] {
    return Array.from(this.#peers, ([address, { since }]) => [address, since])
  }

  /** The next one to try, each in its turn, of those that `accept` takes. */
  next(accept: (address: string) => boolean): string | undefined {
    for (const [address, peer] of this.#peers) {
      if (peer.at + MISSED_FOR_MS < this.#clock.monotonic()) this.#peers.delete(address)
      else if (accept(address)) {
        this.#peers.delete(address)
        this.#peers.set(address, peer)
        return address
      }
    }
    return undefined
  }
}
