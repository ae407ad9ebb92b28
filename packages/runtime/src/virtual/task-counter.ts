import type { TaskObserver } from "../task-observer.ts"

/** Counts the tasks that run on a host. */
export class TaskCounter implements TaskObserver {
  #running = 0

  /** How many have begun and not ended. */
  get running(): number {
    return this.#running
  }

  began(): void {
    this.#running++
  }

  ended(): void {
    this.#running--
  }
}
