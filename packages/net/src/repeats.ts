import type { Clock } from "@dchat/runtime"

/** What has been said is said again after this, in milliseconds. */
const SAY_AGAIN_MS = 600_000

interface Said {
  readonly what: string
  /** On the monotonic clock. */
  readonly at: number
}

/** Keeps a log from filling with the same line: what fails every few seconds is told once, and every ten minutes. */
export class Repeats {
  readonly #clock: Clock
  readonly #said = new Map<string, Said>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether this is worth a line: nothing, or something else, was said of it, or that was long ago. */
  isNews(about: string, what: string): boolean {
    const now = this.#clock.monotonic()
    const said = this.#said.get(about)
    if (said?.what === what && now - said.at < SAY_AGAIN_MS) return false
    this.#said.set(about, { what, at: now })
    return true
  }

  /** All is well again: the next time it is news. */
  forget(about: string): void {
    this.#said.delete(about)
  }
}
