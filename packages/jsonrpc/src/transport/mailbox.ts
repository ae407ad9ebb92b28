import type { Clock } from "@dchat/runtime"
import type { Frame } from "../framing/framing.ts"
import type { TransportReader } from "./transport.ts"

/**
 * The reading half of a transport whose platform hands over messages whether anybody wants them or not: keeps them while
 * there is no reader or the reader pauses, and tells the reader everything once and in order.
 */
export class Mailbox {
  readonly #clock: Pick<Clock, "defer">
  #reader: TransportReader | undefined
  #isPaused = false
  #held: Frame[] = []
  #heldLength = 0
  /** How it ended, once it has; the reader learns it after the messages. */
  #outcome: { readonly error: Error | undefined } | undefined
  #told = false

  constructor(clock: Pick<Clock, "defer">) {
    this.#clock = clock
  }

  /** Characters that wait for the reader. */
  get heldLength(): number {
    return this.#heldLength
  }

  get isClosed(): boolean {
    return this.#outcome !== undefined
  }

  readInto(reader: TransportReader): void {
    if (this.#reader !== undefined) throw new Error("this transport has a reader already")
    this.#reader = reader
    this.#clock.defer(this.#deliver)
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#clock.defer(this.#deliver)
  }

  put(frame: Frame): void {
    if (this.#outcome !== undefined) return
    if (this.#reader !== undefined && !this.#isPaused && this.#held.length === 0) {
      this.#reader.messages([frame])
    } else {
      this.#held.push(frame)
      this.#heldLength += typeof frame === "string" ? frame.length : 0
    }
  }

  /** No more comes. Safe to call again: the first outcome counts. */
  close(error: Error | undefined): void {
    if (this.#outcome !== undefined) return
    this.#outcome = { error }
    this.#clock.defer(this.#deliver)
  }

  /** Throws away what waits; a pause holds nothing up any more. */
  drop(): void {
    this.#held = []
    this.#heldLength = 0
    this.#isPaused = false
  }

  readonly #deliver = (): void => {
    const reader = this.#reader
    if (reader === undefined || this.#isPaused) return
    if (this.#held.length > 0) {
      const frames = this.#held
      this.#held = []
      this.#heldLength = 0
      reader.messages(frames)
    }
    if (this.#outcome === undefined || this.#told || this.#isPaused) return
    this.#told = true
    reader.close(this.#outcome.error)
  }
}
