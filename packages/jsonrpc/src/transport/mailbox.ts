import type { Clock } from "@dchat/runtime"
import type { Frame } from "../framing/framing.ts"
import type { TransportReader } from "./transport.ts"

/**
 * The reading half of a transport whose platform hands over messages whether anybody wants them or not: keeps them while
 * there is no reader or the reader pauses, and tells the reader everything once and in order.
 */
export class Mailbox {
  readonly #clock: Pick<Clock, "defer">
  readonly #onTaken: ((length: number) => void) | undefined
  #reader: TransportReader | undefined
  #isPaused = false
  #held: Frame[] = []
  #heldLength = 0
  /** How it ended, once it has; the reader learns it after the messages. */
  #outcome: { readonly error: Error | undefined } | undefined
  #told = false
  #half: "open" | "ending" | "ended" = "open"

  /** @param onTaken Told, in characters, what the reader was given. */
  constructor(clock: Pick<Clock, "defer">, onTaken?: (length: number) => void) {
    this.#clock = clock
    this.#onTaken = onTaken
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

  put(frames: readonly Frame[]): void {
    if (this.#outcome !== undefined) return
    if (this.#reader !== undefined && !this.#isPaused && this.#held.length === 0) {
      this.#onTaken?.(lengthOf(frames))
      this.#reader.messages(frames)
    } else {
      for (const frame of frames) this.#held.push(frame)
      this.#heldLength += lengthOf(frames)
    }
  }

  /** The other side sends nothing more. The reader learns it after the messages. */
  end(): void {
    if (this.#half !== "open") return
    this.#half = "ending"
    this.#clock.defer(this.#deliver)
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
      const length = this.#heldLength
      this.#held = []
      this.#heldLength = 0
      this.#onTaken?.(length)
      reader.messages(frames)
    }
    if (this.#half === "ending" && !this.#isPaused) {
      this.#half = "ended"
      reader.end()
    }
    if (this.#outcome === undefined || this.#told || this.#isPaused) return
    this.#told = true
    reader.close(this.#outcome.error)
  }
}

function lengthOf(frames: readonly Frame[]): number {
  return frames.reduce((sum, frame) => sum + (typeof frame === "string" ? frame.length : 0), 0)
}
