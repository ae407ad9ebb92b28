import { makeDrain } from "./drain.ts"
import { EventHeap } from "./event-heap.ts"
import { VirtualTimeError } from "./error.ts"

/** An event of virtual time. It can be scheduled again when it has run. */
export abstract class ScheduledEvent {
  /** Whether it waits for its moment. */
  isScheduled = false

  /** What the trace calls it; empty when what runs writes a line of its own. */
  abstract get label(): string
  /** Whose event it is, if it goes with a host. */
  abstract get owner(): object | undefined
  /** Its moment has come. */
  abstract run(): void
}

/** An event that calls back. */
export class ScheduledCall extends ScheduledEvent {
  readonly label: string
  readonly owner: object | undefined
  readonly #action: () => void

  constructor(label: string, action: () => void, owner?: object) {
    super()
    this.label = label
    this.owner = owner
    this.#action = action
  }

  run(): void {
    this.#action()
  }
}

/** When a run of the scheduler ends. */
export interface Goal {
  /** Asked when everything that follows from an event has run. */
  reached(): boolean
  /** No event after this moment runs. */
  readonly limit: number
}

/** Virtual time: runs events in the order of their moments, each with all that follows from it before the next. */
export class Scheduler {
  readonly #heap = new EventHeap<ScheduledEvent>()
  readonly #drain = makeDrain()
  readonly #turnsPerMoment: number
  readonly #trace: ((line: string) => void) | undefined
  #deferred: (() => void)[] = []
  #cancelled = 0
  #running = false
  /** Milliseconds since the world began. */
  now = 0

  /** @param turnsPerMoment More turns within one moment mean that time will never pass. */
  constructor(turnsPerMoment: number, trace?: (line: string) => void) {
    this.#turnsPerMoment = turnsPerMoment
    this.#trace = trace
  }

  /** Events that wait. */
  get pending(): number {
    return this.#heap.size - this.#cancelled
  }

  /** Whether anybody reads the trace; ask before making a line. */
  get isTraced(): boolean {
    return this.#trace !== undefined
  }

  /** Writes a line of the trace, with the time before it. */
  trace(line: string): void {
    this.#trace?.(`${this.now} ${line}`)
  }

  /** Puts an event that does not wait already at `time`, or now when that is past. */
  schedule(event: ScheduledEvent, time: number): void {
    event.isScheduled = true
    this.#heap.push(event, time > this.now ? time : this.now)
  }

  /** Forgets an event that waits; it must not be scheduled again. */
  cancel(event: ScheduledEvent): void {
    if (!event.isScheduled) return
    event.isScheduled = false
    // Cancelled events leave the heap when they are half of it: cheaper than finding each.
    if (++this.#cancelled > 64 && this.#cancelled * 2 > this.#heap.size) {
      this.#cancelled = 0
      this.#heap.filter((other) => other.isScheduled)
    }
  }

  /** Forgets all events that wait and have this owner. Looks at every event. */
  cancelAll(owner: object): void {
    this.#cancelled = 0
    this.#heap.filter((event) => {
      if (event.owner === owner) event.isScheduled = false
      return event.isScheduled
    })
  }

  /** Calls back when the event that runs now has ended, with every promise that it settled. */
  defer(callback: () => void): void {
    this.#deferred.push(callback)
  }

  /**
   * Runs until the goal is reached, nothing is left, or what is left lies behind the goal's limit.
   *
   * @throws what an event throws; {@link VirtualTimeError} when time stands still, or when it runs already.
   */
  run(goal: Goal): Promise<"reached" | "idle" | "limit"> {
    if (this.#running)
      throw new VirtualTimeError("busy", "the world runs already; await the advance or runUntil before the next")
    this.#running = true
    return new Promise((resolve, reject) => {
      let moment = this.now
      let turns = 0
      const turn = (): void => {
        try {
          if (this.#deferred.length > 0) this.#runDeferred()
          else {
            const outcome = this.#next(goal)
            if (outcome !== "ran") {
              this.#running = false
              resolve(outcome)
              return
            }
          }
          if (this.now !== moment) {
            moment = this.now
            turns = 0
          } else if (++turns > this.#turnsPerMoment) throw stuck(moment, turns)
        } catch (error) {
          this.#running = false
          reject(error)
          return
        }
        this.#drain(turn)
      }
      this.#drain(turn)
    })
  }

  #next(goal: Goal): "ran" | "reached" | "idle" | "limit" {
    if (goal.reached()) return "reached"
    for (;;) {
      const event = this.#heap.peek()
      if (event === undefined) return "idle"
      const time = this.#heap.firstTime
      if (event.isScheduled && time > goal.limit) return "limit"
      this.#heap.pop()
      if (!event.isScheduled) {
        this.#cancelled--
        continue
      }
      event.isScheduled = false
      this.now = time
      if (this.#trace !== undefined && event.label !== "") this.trace(event.label)
      event.run()
      return "ran"
    }
  }

  #runDeferred(): void {
    const deferred = this.#deferred
    this.#deferred = []
    let index = 0
    try {
      while (index < deferred.length) deferred[index++]?.()
    } finally {
      // One that throws does not take the others with it.
      if (index < deferred.length) this.#deferred = [...deferred.slice(index), ...this.#deferred]
    }
  }
}

function stuck(moment: number, turns: number): VirtualTimeError {
  return new VirtualTimeError(
    "stuck",
    `time stands still at ${moment} ms: ${turns} turns ran in this moment; look for a timer of 0 ms or a defer that sets itself again`,
  )
}
