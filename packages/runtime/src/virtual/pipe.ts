import type { Link, Piece } from "./link.ts"
import type { Medium } from "./medium.ts"
import { ScheduledEvent } from "./scheduler.ts"
import { summary } from "./summary.ts"

/** Where a pipe begins. */
export interface PipeSource {
  /** All that was sent has left for the other side. */
  taken(): void
  /** The policy broke the link. */
  broken(): void
}

/** Where a pipe ends. */
export interface PipeTarget {
  /** @returns whether the bytes were read; if not, {@link Pipe.consumed} is to be called when they are. */
  receive(bytes: Uint8Array<ArrayBuffer>): boolean
  receiveEnd(): void
  receiveReset(): void
}

type Load = Uint8Array<ArrayBuffer> | "end" | "reset"

interface Flight {
  readonly arrival: number
  readonly load: Load
}

/** One direction of a connection: what is sent waits for room, flies for as long as the policy says, and arrives in order. */
export class Pipe {
  readonly #medium: Medium
  readonly #link: Link
  readonly #name: string
  readonly #source: PipeSource
  readonly #target: PipeTarget
  readonly #arrival: ScheduledEvent
  #retry: ScheduledEvent | undefined
  /** Has no room yet, or is held. */
  #waiting: Load[] = []
  /** On the way, in the order of arrival. */
  #flights: Flight[] = []
  #firstFlight = 0
  #room: number
  #earliestArrival: number
  #isCut = false

  /** @param openFrom Nothing arrives before this moment. */
  constructor(medium: Medium, link: Link, name: string, source: PipeSource, target: PipeTarget, openFrom: number) {
    this.#medium = medium
    this.#link = link
    this.#name = name
    this.#source = source
    this.#target = target
    this.#room = medium.windowBytes
    this.#earliestArrival = openFrom
    this.#arrival = new ScheduledEvent("", () => this.#arrive())
  }

  /** @returns whether all that was ever sent has left; if not, the source is told when it has. */
  send(load: Load): boolean {
    if (this.#isCut) return true
    this.#waiting.push(load)
    this.#pump()
    return this.#waiting.length === 0
  }

  /** Drops what waits, and ends behind what is on the way. */
  endNow(): void {
    this.#waiting.length = 0
    this.send("end")
  }

  /** Drops what waits, and breaks the connection behind what is on the way. */
  reset(): void {
    this.#waiting.length = 0
    this.send("reset")
  }

  /** Who sends is gone: drops what waits. What is on the way arrives. */
  abandon(): void {
    this.#waiting.length = 0
    if (this.#retry !== undefined) this.#medium.scheduler.cancel(this.#retry)
  }

  /** The target has read so many bytes: there is room for as many. */
  consumed(bytes: number): void {
    this.#room += bytes
    if (this.#waiting.length > 0) this.#pumpAndTell()
  }

  /** Nothing comes out any more, and nothing goes in. */
  cut(): void {
    this.#isCut = true
    this.#waiting = []
    this.#flights = []
    this.#firstFlight = 0
    this.#medium.scheduler.cancel(this.#arrival)
    if (this.#retry !== undefined) this.#medium.scheduler.cancel(this.#retry)
  }

  #pumpAndTell(): void {
    this.#pump()
    if (this.#waiting.length === 0 && !this.#isCut) this.#source.taken()
  }

  #pump(): void {
    const { policy, context } = this.#medium
    while (this.#waiting.length > 0 && this.#retry?.isScheduled !== true) {
      const load = this.#waiting[0] as Load
      const isMark = typeof load === "string"
      const size = isMark ? 0 : Math.min(load.length, this.#room)
      if (size === 0 && !isMark) return
      const verdict = policy.send(this.#link, size, context)
      switch (verdict.kind) {
        case "hold":
          this.#retryAfter(verdict.delay)
          return
        case "reset":
          this.#resetAfter(verdict.delay)
          this.#source.broken()
          return
        case "deliver":
          this.#fly(isMark || size === load.length ? load : load.subarray(0, size), verdict.delay)
          break
        case "pieces":
          if (isMark) this.#fly(load, lastDelay(verdict.pieces))
          else this.#flyInPieces(load.subarray(0, size), verdict.pieces)
      }
      this.#room -= size
      if (isMark || size === load.length) this.#waiting.shift()
      else this.#waiting[0] = load.subarray(size)
    }
  }

  #retryAfter(delay: number): void {
    const { scheduler } = this.#medium
    this.#retry ??= new ScheduledEvent(`${this.#name} retry`, () => this.#pumpAndTell())
    scheduler.schedule(this.#retry, scheduler.now + delay)
  }

  #resetAfter(delay: number): void {
    this.#waiting.length = 0
    this.#fly("reset", delay)
  }

  #flyInPieces(bytes: Uint8Array<ArrayBuffer>, pieces: readonly Piece[]): void {
    let from = 0
    for (const piece of pieces) {
      if (piece.bytes < 1 || from >= bytes.length) continue
      this.#fly(bytes.subarray(from, from + piece.bytes), piece.delay)
      from += piece.bytes
    }
    if (from < bytes.length) this.#fly(bytes.subarray(from), lastDelay(pieces))
  }

  #fly(load: Load, delay: number): void {
    const { scheduler } = this.#medium
    this.#earliestArrival = Math.max(this.#earliestArrival, scheduler.now + delay)
    this.#flights.push({ arrival: this.#earliestArrival, load })
    if (!this.#arrival.isScheduled) scheduler.schedule(this.#arrival, this.#earliestArrival)
  }

  #arrive(): void {
    const { load } = this.#flights[this.#firstFlight++] as Flight
    const next = this.#flights[this.#firstFlight]
    if (next !== undefined) this.#medium.scheduler.schedule(this.#arrival, next.arrival)
    // Now and then, for moving each flight forward would cost more than the flights.
    if (next === undefined || this.#firstFlight > 256) {
      this.#flights.splice(0, this.#firstFlight)
      this.#firstFlight = 0
    }
    this.#trace(load)
    if (load === "end") this.#target.receiveEnd()
    else if (load === "reset") this.#target.receiveReset()
    else if (this.#target.receive(load)) this.consumed(load.length)
  }

  #trace(load: Load): void {
    const { scheduler } = this.#medium
    if (!scheduler.isTraced) return
    scheduler.trace(typeof load === "string" ? `${this.#name} ${load}` : `${this.#name} data ${summary(load)}`)
  }
}

function lastDelay(pieces: readonly Piece[]): number {
  return pieces.at(-1)?.delay ?? 0
}
