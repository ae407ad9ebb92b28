import dns, { type LookupAddress, type LookupOptions } from "node:dns"
import type { Clock } from "../clock.ts"

/** What a lookup answers: an error, or the address or addresses. */
type Answer = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void

/** As the `lookup` of `node:dns`. */
export type Lookup = (host: string, options: LookupOptions, answer: Answer) => void

/** A lookup that takes longer is slow, in milliseconds, */
const SLOW_MS = 1000
/** and so are names like it for so long, */
const SLOW_FOR_MS = 600_000
/** of which so many are remembered. */
const MOST_SLOW = 1024

/** Node has four threads for such work unless it is told otherwise, and lends half of them to lookups. */
const AT_ONCE = Math.ceil(Math.max(1, Number(process.env["UV_THREADPOOL_SIZE"]) || 4) / 2)

interface Waiting {
  readonly group: string
  readonly start: () => void
}

/**
 * Looks names up by the system, which does few at a time and cannot be stopped. Names whose server is silent take ten seconds
 * each: whoever has us dial enough of them would keep us from all other names. So one place is left to names unlike those that
 * were slow, and a lookup that nobody waits for any more is not begun.
 */
export class Lookups {
  readonly #clock: Clock
  readonly #lookup: Lookup
  readonly #atOnce: number
  readonly #waiting: Waiting[] = []
  /** Which names were slow, and until when that counts, on the monotonic clock. */
  readonly #slow = new Map<string, number>()
  #running = 0
  #slowRunning = 0

  /** @param atOnce How many the system does at a time. Default: what this process was given. */
  constructor(clock: Clock, lookup: Lookup = dns.lookup, atOnce = AT_ONCE) {
    this.#clock = clock
    this.#lookup = lookup
    this.#atOnce = atOnce
  }

  /** As the `lookup` of `node:dns`. Nothing is answered when the signal has aborted before it was begun. */
  look(host: string, options: LookupOptions, answer: Answer, signal?: AbortSignal): void {
    const group = groupOf(host)
    const leave = (): void => {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
    }
    const start = (): void => {
      signal?.removeEventListener("abort", leave)
      this.#run(group, (done) =>
        this.#lookup(host, options, (...answered) => {
          done()
          answer(...answered)
        }),
      )
    }
    const waiting = { group, start }
    this.#waiting.push(waiting)
    signal?.addEventListener("abort", leave, { once: true })
    this.#startNext()
  }

  #run(group: string, begin: (done: () => void) => void): void {
    let isSlow = this.#isSlow(group)
    this.#running++
    if (isSlow) this.#slowRunning++
    const timer = this.#clock.setTimer(SLOW_MS, () => {
      this.#remember(group)
      if (!isSlow) this.#slowRunning++
      isSlow = true
    })
    begin(() => {
      timer.cancel()
      this.#running--
      if (isSlow) this.#slowRunning--
      this.#startNext()
    })
  }

  #startNext(): void {
    while (this.#running < this.#atOnce) {
      const mayBeSlow = this.#slowRunning < Math.max(1, this.#atOnce - 1)
      const next = this.#waiting.findIndex(({ group }) => mayBeSlow || !this.#isSlow(group))
      if (next < 0) return
      this.#waiting.splice(next, 1)[0]?.start()
    }
  }

  #isSlow(group: string): boolean {
    return (this.#slow.get(group) ?? -Infinity) > this.#clock.monotonic()
  }

  #remember(group: string): void {
    this.#slow.delete(group)
    this.#slow.set(group, this.#clock.monotonic() + SLOW_FOR_MS)
    for (const oldest of this.#slow.keys()) {
      if (this.#slow.size <= MOST_SLOW) break
      this.#slow.delete(oldest)
    }
  }
}

/** Names that one owner has any number of: those with the same last two labels. */
function groupOf(host: string): string {
  return host.toLowerCase().replace(/\.$/, "").split(".").slice(-2).join(".")
}
