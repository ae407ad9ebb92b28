import { PIECE_BYTES } from "../channel/backlog.ts"
import type { Progress } from "../channel/progress.ts"

/** Slower than this, in bytes per millisecond, nothing moves: a trickle is no reason to wait. Of both directions together. */
export const LEAST_RATE = 1

/**
 * What has left may still be in the hands of the operating system, of a proxy, or on the line, ahead of a ping: where that can
 * be, it is given the time that it takes at this rate, in bytes per millisecond. That is 16 kB/s, less an eighth for the rest.
 */
const UNSEEN_RATE = 14

/** No more than this is taken to be there, in bytes: a text of 1 MiB. */
const UNSEEN_BYTES = 2 ** 20

/** A piece that a stream was given, and that shows no progress until it has left, may take it as long as at this rate, too: 22 s. */
const PIECE_RATE = 3

/**
 * The longest wait for a pong, in milliseconds. A text of 1 MiB and the 128 KiB ahead of it take 300 s at 4 kB/s: a line of
 * 64 kB/s that sixteen peers share. The answer may wait as long again, behind the peer's own.
 */
export const LONGEST_MS = 600_000

/**
 * How long to wait for a pong. While nothing else is under way, as long as the settings say. But a ping waits behind a long
 * message of ours that the peer still takes, and a pong behind a long one of the peer's that still comes in: while bytes move
 * in either direction the peer is alive, and is given more time, within bounds.
 *
 * Does no I/O: wait for {@link PingPatience.firstMs}, then for what {@link PingPatience.next} says, until it says no more.
 */
export class PingPatience {
  readonly #timeoutMs: number
  /** Where the ping ends in all that is sent. What leaves behind it holds up no pong. */
  readonly pingEnd: number
  #leftMs: number
  #windowMs: number
  #received: number
  #sent: number

  /**
   * @param timeoutMs How long a pong may take while nothing else is under way.
   * @param arrived Where the last ping that was answered ended: so much is known to have arrived. 0 before the first.
   * @param asked How far everything had come when the ping had just been sent.
   */
  constructor(timeoutMs: number, arrived: number, asked: Progress) {
    this.#timeoutMs = timeoutMs
    this.pingEnd = asked.sent + asked.ahead
    this.#received = asked.received
    this.#sent = asked.sent
    this.#windowMs = this.#window(asked.sent - arrived)
    this.#leftMs = Math.max(LONGEST_MS, timeoutMs) - this.#windowMs
  }

  /** How long to wait at first, in milliseconds. */
  get firstMs(): number {
    return this.#windowMs
  }

  /** The time is over, and no pong has come: how long to wait on, in milliseconds; undefined if there is no hope. */
  next({ received, sent }: Progress): number | undefined {
    const left = Math.min(sent, this.pingEnd) - this.#sent
    const moved = received - this.#received + left
    if (this.#leftMs === 0 || moved < LEAST_RATE * this.#windowMs) return undefined
    this.#received = received
    this.#sent += left
    this.#windowMs = Math.min(this.#leftMs, this.#window(left))
    this.#leftMs -= this.#windowMs
    return this.#windowMs
  }

  /** @param unseen How many bytes have left, nobody knows how far. */
  #window(unseen: number): number {
    const inQueue = this.pingEnd - this.#sent
    const unseenMs = Math.ceil(Math.min(unseen, UNSEEN_BYTES) / UNSEEN_RATE)
    const pieceMs = Math.ceil(Math.min(inQueue, PIECE_BYTES) / PIECE_RATE)
    return Math.max(this.#timeoutMs, unseenMs, pieceMs)
  }
}
