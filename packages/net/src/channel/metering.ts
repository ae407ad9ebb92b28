import type { Metering } from "../message/metering.ts"

/** A window is divided into this many slices; a score counts for a whole number of slices. */
const SLICES = 32

/**
 * Which way a score's age is rounded to slices. What others send leaves `early`, so that nobody is judged for more than
 * they sent; what we send leaves `late`, so that we never send more than a peer with an exact meter lets pass.
 */
export type MeterRounding = "early" | "late"

/**
 * The scores of one message type in one direction of a channel, within a sliding window. Time is the monotonic clock's,
 * in milliseconds. Memory does not depend on how many messages are counted.
 */
export class Meter {
  readonly #metering: Metering
  readonly #rounding: MeterRounding
  #newest = 0
  /** What was counted in the newest slice. */
  #score = 0
  /** Older slices in which something was counted, oldest first, each followed by its score. Most peers fill none. */
  #older: number[] | undefined
  #total = 0

  constructor(metering: Metering, rounding: MeterRounding) {
    this.#metering = metering
    this.#rounding = rounding
  }

  /** Counts one message. Returns how long to hold the next one back, as {@link Meter.delay} does. */
  push(now: number): number {
    const { score, threshold, stepMs, windowMs } = this.#metering
    if (threshold === 0) return 0
    if (windowMs > 0) {
      this.#prune(now)
      this.#score += score
    }
    this.#total += score
    return this.#total > threshold ? (this.#total - threshold) * stepMs : 0
  }

  /** The sum of the scores within the window. */
  total(now: number): number {
    this.#prune(now)
    return this.#total
  }

  /** How long to hold the next message back, in milliseconds. */
  delay(now: number): number {
    const { threshold, stepMs } = this.#metering
    if (threshold === 0) return 0
    return Math.max(0, this.total(now) - threshold) * stepMs
  }

  #prune(now: number): void {
    const { windowMs } = this.#metering
    if (windowMs === 0) return
    // Not kept: a channel has a dozen meters, and a fraction takes memory of its own.
    const slice = Math.floor(now / (windowMs / SLICES))
    if (slice <= this.#newest) return
    if (this.#score > 0) (this.#older ??= []).push(this.#newest, this.#score)
    this.#newest = slice
    this.#score = 0
    const older = this.#older
    if (older === undefined) return
    const slices = this.#rounding === "early" ? SLICES : SLICES + 1
    let gone = 0
    while (gone < older.length && slice - (older[gone] as number) >= slices) {
      this.#total -= older[gone + 1] as number
      gone += 2
    }
    if (gone < older.length) older.splice(0, gone)
    else {
      this.#older = undefined
      this.#total = 0
    }
  }
}
