import type { Cancellable } from "../cancel/cancellation.ts"
import { type Permit, Semaphore } from "./semaphore.ts"

/** Lets one task go on at a time; the others wait: first come, first served. Not reentrant. */
export class Mutex {
  readonly #semaphore = new Semaphore(1)

  get locked(): boolean {
    return this.#semaphore.available === 0
  }

  /** How many wait for the lock. */
  get waiting(): number {
    return this.#semaphore.waiting
  }

  /** Waits for the lock: `using lock = await mutex.lock()`. Who is cancelled leaves the line, and rejects with the signal's reason. */
  lock(options?: Cancellable): Promise<Permit> {
    return this.#semaphore.acquire(options)
  }

  /** Takes the lock if it is free. */
  tryLock(): Permit | undefined {
    return this.#semaphore.tryAcquire()
  }

  /** Calls `work` under the lock. Only the wait for it can be cancelled. */
  run<T>(work: () => T | Promise<T>, options?: Cancellable): Promise<T> {
    return this.#semaphore.run(work, options)
  }
}
