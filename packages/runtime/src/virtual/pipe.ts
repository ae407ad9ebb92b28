import type { Link, Piece } from "./link.ts"
import type { Medium } from "./medium.ts"
import { ScheduledCall, ScheduledEvent } from "./scheduler.ts"
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

/** What is on the way, and what comes behind it. */
interface Flight {
  readonly arrival: number
  readonly load: Load
  next: Flight | undefined
}

/** Shared by all pipes in which nothing waits. */
const NOTHING: readonly never[] = []

/**
 * One direction of a connection: what is sent waits for room, flies for as long as the policy says, and arrives in order.
 * As an event it is the next arrival.
 */
export class Pipe extends ScheduledEvent {
  readonly #medium: Medium
  readonly #link: Link
  readonly #name: string
  readonly #source: PipeSource
  readonly #target: PipeTarget
  #retry: ScheduledEvent | undefined
  /** Has no room yet, or is held. Replaced when there is one more, for most pipes never hold anything. */
  #waiting: readonly Load[] = NOTHING
  /** On the way, in the order of arrival. */
  #firstFlight: Flight | undefined
  #lastFlight: Flight | undefined
  #room: number
  #earliestArrival: number
  #isCut = false

  /**
   * @param name What the trace calls it.
   * @param openFrom Nothing arrives before this moment.
   */
  constructor(medium: Medium, link: Link, name: string, source: PipeSource, target: PipeTarget, openFrom: number) {
    super()
    this.#medium = medium
    this.#link = link
    this.#name = name
    this.#source = source
    this.#target = target
    this.#room = medium.windowBytes
    this.#earliestArrival = openFrom
  }

  get label(): string {
    return ""
  }

  get owner(): undefined {
    return undefined
  }

  /** @returns whether all that was ever sent has left; if not, the source is told when it has. */
  send(load: Load): boolean {
    if (this.#isCut) return true
    const rest = this.#mustWait ? load : this.#depart(load)
    if (rest !== undefined) this.#waiting = this.#waiting.concat([rest])
    return this.#waiting.length === 0
  }

  /** Drops what waits, and ends behind what is on the way. */
  endNow(): void {
    this.#waiting = NOTHING
    this.send("end")
  }

  /** Drops what waits, and breaks the connection behind what is on the way. */
  reset(): void {
    this.#waiting = NOTHING
    this.send("reset")
  }

  /** Who sends is gone: drops what waits. What is on the way arrives. */
  abandon(): void {
    this.#waiting = NOTHING
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
    this.#waiting = NOTHING
    this.#firstFlight = this.#lastFlight = undefined
    this.#medium.scheduler.cancel(this)
    if (this.#retry !== undefined) this.#medium.scheduler.cancel(this.#retry)
  }

  get #mustWait(): boolean {
    return this.#waiting.length > 0 || this.#retry?.isScheduled === true
  }

  #pumpAndTell(): void {
    this.#pump()
    if (this.#waiting.length === 0 && !this.#isCut) this.#source.taken()
  }

  #pump(): void {
    while (this.#waiting.length > 0 && this.#retry?.isScheduled !== true) {
      const [first, ...others] = this.#waiting as readonly [Load, ...Load[]]
      this.#waiting = others
      const rest = this.#depart(first)
      if (rest === undefined) continue
      this.#waiting = [rest, ...this.#waiting]
      return
    }
  }

  /** Sends as much as there is room for, if the policy lets it. Returns what must wait, if anything. */
  #depart(load: Load): Load | undefined {
    const { policy, context } = this.#medium
    const isMark = typeof load === "string"
    const size = isMark ? 0 : Math.min(load.length, this.#room)
    if (size === 0 && !isMark) return load
    const verdict = policy.send(this.#link, size, context)
    switch (verdict.kind) {
      case "hold":
        this.#retryAfter(verdict.delay)
        return load
      case "reset":
        this.#resetAfter(verdict.delay)
        this.#source.broken()
        return undefined
      case "deliver":
        this.#fly(isMark || size === load.length ? load : load.subarray(0, size), verdict.delay)
        break
      case "pieces":
        if (isMark) this.#fly(load, lastDelay(verdict.pieces))
        else this.#flyInPieces(load.subarray(0, size), verdict.pieces)
    }
    this.#room -= size
    return isMark || size === load.length ? undefined : load.subarray(size)
  }

  #retryAfter(delay: number): void {
    const { scheduler } = this.#medium
    this.#retry ??= new ScheduledCall(`${this.#name} retry`, () => this.#pumpAndTell())
    scheduler.schedule(this.#retry, scheduler.now + delay)
  }

  #resetAfter(delay: number): void {
    this.#waiting = NOTHING
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
    const flight = { arrival: this.#earliestArrival, load, next: undefined }
    if (this.#lastFlight === undefined) this.#firstFlight = flight
    else this.#lastFlight.next = flight
    this.#lastFlight = flight
    if (!this.isScheduled) scheduler.schedule(this, this.#earliestArrival)
  }

  /** The first of what is on the way arrives. */
  run(): void {
    const flight = this.#firstFlight
    if (flight === undefined) return
    const { load, next } = flight
    this.#firstFlight = next
    if (next === undefined) this.#lastFlight = undefined
    else this.#medium.scheduler.schedule(this, next.arrival)
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
