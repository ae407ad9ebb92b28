import { checkpoint, type Cancellable } from "../cancel/cancellation.ts"
import { WaitLine } from "../internal/wait-line.ts"

/** The right to go on, until it is given back: `using permit = await semaphore.acquire()`. */
export class Permit implements Disposable {
  #giveBack: (() => void) | undefined

  constructor(giveBack: () => void) {
    this.#giveBack = giveBack
  }

  /** Gives the permit back. Doing so again does nothing. */
  release(): void {
    const giveBack = this.#giveBack
    this.#giveBack = undefined
    giveBack?.()
  }

  [Symbol.dispose](): void {
    this.release()
  }
}

/** Lets a number of tasks go on at the same time; the others wait: first come, first served. */
export class Semaphore {
  readonly #line = new WaitLine<Permit>()
  #available: number

  /** @param permits A whole number from 1. @throws {RangeError} It is something else. */
  constructor(permits: number) {
    if (!Number.isSafeInteger(permits) || permits < 1) {
      throw new RangeError(`a semaphore needs a whole number of permits from 1, not ${permits}`)
    }
    this.#available = permits
  }

  /** How many permits are free. */
  get available(): number {
    return this.#available
  }

  /** How many wait for one. */
  get waiting(): number {
    return this.#line.size
  }

  /** Waits for a permit. Who is cancelled leaves the line, and rejects with the signal's reason. */
  async acquire({ signal }: Cancellable = {}): Promise<Permit> {
    checkpoint(signal)
    return this.tryAcquire() ?? this.#line.join(signal)
  }

  /** Takes a permit if one is free. */
  tryAcquire(): Permit | undefined {
    if (this.#available === 0) return undefined
    this.#available--
    return new Permit(this.#giveBack)
  }

  /** Calls `work` with a permit, and gives it back when the work has ended. Only the wait can be cancelled. */
  async run<T>(work: () => T | Promise<T>, options?: Cancellable): Promise<T> {
    const permit = await this.acquire(options)
    try {
      return await work()
    } finally {
      permit.release()
    }
  }

  // To the next in line, if there is one, so that nobody who comes later can be faster.
  readonly #giveBack = (): void => {
    const next = this.#line.shift()
    if (next === undefined) this.#available++
    else next.resolve(new Permit(this.#giveBack))
  }
}
