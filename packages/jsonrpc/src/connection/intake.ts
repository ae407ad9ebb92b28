import type { Frame } from "../framing/framing.ts"

/** The end of the stream takes its turn after the messages before it. */
const END = Symbol("end")

/** The clock is looked at once for so many messages that come together: whoever sends few at a time costs no look. */
const MESSAGES_PER_LOOK = 8

/** Who gets what an {@link Intake} lets through. */
export interface IntakeTarget {
  /** Whether another message can be taken now. When that changes, {@link Intake.wake} is to be called. */
  mayTake(): boolean
  /** Whether this turn belongs to others now. When the next one comes, {@link Intake.wake} is to be called. */
  sliceIsSpent(): boolean
  /** Takes a message. Must not throw. */
  take(frame: Frame): void
  /** All messages were taken, and no more come. */
  ended(): void
  /** Stops what comes, until `resume`. */
  pause(): void
  resume(): void
}

type Item = Frame | typeof END

/** Lets in what a transport brings, as fast as it can be handled: what cannot be taken waits, and reading pauses. */
export class Intake {
  readonly #target: IntakeTarget
  #status: "flowing" | "running" | "held" | "stopped" = "flowing"
  /** What waits while it is held, and what comes while it runs. */
  #inbox: Item[] | undefined
  #taken = 0

  constructor(target: IntakeTarget) {
    this.#target = target
  }

  put(frames: readonly Frame[]): void {
    this.#put(frames)
  }

  putEnd(): void {
    this.#put([END])
  }

  /** Goes on after a pause, if it can. */
  wake(): void {
    if (this.#status !== "held") return
    this.#run(this.#inbox ?? [], this.#taken)
    if (this.#isFlowing) this.#target.resume()
  }

  /** Lets nothing in any more; what still comes is thrown away. */
  stop(): void {
    if (this.#status === "held") this.#target.resume()
    this.#status = "stopped"
    this.#inbox = undefined
  }

  #put(items: readonly Item[]): void {
    if (this.#status === "flowing") {
      this.#run(items, 0)
    } else if (this.#status !== "stopped") {
      this.#inbox ??= []
      for (const item of items) this.#inbox.push(item)
    }
  }

  #run(items: readonly Item[], from: number): void {
    this.#status = "running"
    for (let at = from; at < items.length; at++) {
      if (!this.#target.mayTake() || (at % MESSAGES_PER_LOOK === MESSAGES_PER_LOOK - 1 && this.#target.sliceIsSpent()))
        return this.#hold(items, at)
      const item = items[at] as Item
      if (item === END) this.#target.ended()
      else this.#target.take(item)
      if (this.#isStopped) return
    }
    const late = this.#inbox === items ? undefined : this.#inbox
    this.#inbox = undefined
    this.#status = "flowing"
    if (late !== undefined) this.#run(late, 0)
  }

  /** Keeps what was not taken, and what came while the others were. */
  #hold(items: readonly Item[], taken: number): void {
    this.#status = "held"
    if (this.#inbox === items) {
      this.#taken = taken
    } else {
      this.#inbox = [...items.slice(taken), ...(this.#inbox ?? [])]
      this.#taken = 0
    }
    this.#target.pause()
  }

  get #isFlowing(): boolean {
    return this.#status === "flowing"
  }

  get #isStopped(): boolean {
    return this.#status === "stopped"
  }
}
