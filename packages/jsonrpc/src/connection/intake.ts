import type { Frame } from "../framing/framing.ts"
import type { Transport } from "../transport/transport.ts"
import type { TurnSlice } from "./turn-slice.ts"

/** The end of the stream takes its turn after the messages before it. */
const END = Symbol("end")

/** The clock is looked at once for so many messages that come together: whoever sends few at a time costs no look. */
const MESSAGES_PER_LOOK = 8

/** Who gets what an {@link Intake} lets through. */
export interface IntakeTarget {
  /** Whether another message can be taken now. When that changes, {@link Intake.wake} is to be called. */
  mayTake(): boolean
  /** Takes a message. Must not throw. */
  take(frame: Frame): void
  /** All messages were taken, and no more come. */
  end(): void
}

/** Lets in what a transport brings, as fast as it can be handled: what cannot be taken waits, and reading pauses. */
export class Intake {
  readonly #transport: Pick<Transport, "pause" | "resume">
  readonly #target: IntakeTarget
  readonly #slice: TurnSlice
  #status: "flowing" | "held" | "stopped" = "flowing"
  #inbox: (Frame | typeof END)[] = []
  #taken = 0

  constructor(transport: Pick<Transport, "pause" | "resume">, slice: TurnSlice, target: IntakeTarget) {
    this.#transport = transport
    this.#target = target
    this.#slice = slice
  }

  put(frames: readonly Frame[]): void {
    if (this.#status === "stopped") return
    for (const frame of frames) this.#inbox.push(frame)
    if (this.#status === "flowing") this.#run()
  }

  putEnd(): void {
    if (this.#status === "stopped") return
    this.#inbox.push(END)
    if (this.#status === "flowing") this.#run()
  }

  /** Goes on after a pause, if it can. */
  wake(): void {
    if (this.#status !== "held") return
    this.#status = "flowing"
    this.#run()
    if (this.#status === "flowing") this.#transport.resume()
  }

  /** Lets nothing in any more; what still comes is thrown away. */
  stop(): void {
    if (this.#status === "held") this.#transport.resume()
    this.#status = "stopped"
    this.#inbox = []
    this.#taken = 0
  }

  #sliceIsSpent(): boolean {
    return this.#taken % MESSAGES_PER_LOOK === MESSAGES_PER_LOOK - 1 && this.#slice.isSpent()
  }

  #run(): void {
    for (;;) {
      const item = this.#inbox[this.#taken]
      if (item === undefined) break
      if (!this.#target.mayTake() || this.#sliceIsSpent()) {
        this.#status = "held"
        this.#transport.pause()
        return
      }
      this.#taken++
      if (item === END) this.#target.end()
      else this.#target.take(item)
    }
    this.#inbox = []
    this.#taken = 0
  }
}
