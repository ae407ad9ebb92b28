import { Closed } from "../errors.ts"
import type { Main } from "./outcome.ts"
import { StoppableTask, type StartOptions, type StopOptions, type TaskOptions } from "./stoppable-task.ts"

/**
 * The tasks of a service that are alive, such as the connections of a server.
 *
 * The reference keeps them in a set behind a lock. Here nobody else runs between two awaits, so the set needs none; what
 * the lock is for in the end, that nobody slips in while all are being stopped, `stopAll` sees to.
 */
export class TaskSet<T = void> implements Iterable<StoppableTask<T>>, AsyncDisposable {
  readonly #tasks = new Set<StoppableTask<T>>()
  #state: "open" | "stopping" | "closed" = "open"

  get size(): number {
    return this.#tasks.size
  }

  has(task: StoppableTask<T>): boolean {
    return this.#tasks.has(task)
  }

  /**
   * Adds a task. Who adds it removes it when it has ended.
   *
   * @throws {Closed} The set is closed, or its tasks are being stopped.
   */
  add(task: StoppableTask<T>): this {
    if (this.#state !== "open") throw new Closed(`${task.name} came too late: its set is ${this.#state}`)
    this.#tasks.add(task)
    return this
  }

  /** Removes a task without stopping it. Returns whether it was there. */
  delete(task: StoppableTask<T>): boolean {
    return this.#tasks.delete(task)
  }

  /**
   * Starts a new task that is in the set until it has ended, stop handler included.
   *
   * @throws {Closed} The set is closed, or its tasks are being stopped. Main was not called.
   */
  start(main: Main<T>, options: StartOptions<T> & TaskOptions): StoppableTask<T> {
    const task = new MemberTask<T>(this, options)
    this.add(task)
    return task.start(main, options)
  }

  /**
   * Stops every task, all at the same time, and waits until each has ended and left the set. Until then no other is
   * taken in; afterwards the set is empty and can be used again.
   *
   * @throws {Leaked} A task has not ended in time; it stays in the set. Several are gathered in an AggregateError.
   */
  async stopAll(options?: StopOptions): Promise<void> {
    if (this.#state === "open") this.#state = "stopping"
    const stops = await Promise.allSettled([...this.#tasks].map((task) => this.#stop(task, options)))
    if (this.#state === "stopping") this.#state = "open"

    const errors = stops.filter((stop) => stop.status === "rejected").map((stop): unknown => stop.reason)
    if (errors.length === 1) throw errors[0]
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} tasks did not stop`)
  }

  /** Closes the set for good, and stops every task as `stopAll` does. */
  async close(options?: StopOptions): Promise<void> {
    this.#state = "closed"
    await this.stopAll(options)
  }

  [Symbol.iterator](): IterableIterator<StoppableTask<T>> {
    return this.#tasks.values()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #stop(task: StoppableTask<T>, options: StopOptions | undefined): Promise<void> {
    await task.stop(options)
    this.#tasks.delete(task)
  }
}

/** A task that leaves its set when it has ended. */
class MemberTask<T> extends StoppableTask<T> {
  readonly #set: TaskSet<T>

  constructor(set: TaskSet<T>, options: TaskOptions) {
    super(options)
    this.#set = set
  }

  protected override onEnded(): void {
    this.#set.delete(this)
  }
}
