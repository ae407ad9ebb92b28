import type { TaskObserver } from "@dchat/runtime"
import { CancelScope } from "../cancel/cancel-scope.ts"
import { checkpoint, comesFromCancel, type Cancellable, type Cancellation } from "../cancel/cancellation.ts"
import { Closed } from "../errors.ts"
import { ManualResetEvent } from "../sync/manual-reset-event.ts"
import type { Main } from "./outcome.ts"

/** Options of a {@link TaskGroup} and of `nursery`. */
export interface TaskGroupOptions extends Cancellable {
  /**
   * Makes children fail apart: a child's error is handed to this function and the others go on. If it throws, the group
   * fails. Default: children fail together.
   */
  readonly supervise?: ((error: unknown) => void) | undefined
  /** Is told when a child begins and when it has ended. Default: nobody is. */
  readonly observer?: TaskObserver | undefined
}

/**
 * Children that end before the group ends: a nursery.
 *
 * When one fails, the others are cancelled, and `join` throws its error; several errors are gathered in an AggregateError.
 * That a child was cancelled is no error. A child that has ended is not remembered.
 *
 * `join` waits for the children. `await using` cancels them at the end of the block, and waits.
 */
export class TaskGroup implements AsyncDisposable {
  /** The scope of all children. */
  readonly scope: CancelScope
  readonly #signal: Cancellation | undefined
  readonly #supervise: ((error: unknown) => void) | undefined
  readonly #observer: TaskObserver | undefined
  /** Made when somebody waits for the end. */
  #empty: ManualResetEvent | undefined
  #errors: unknown[] | undefined
  #size = 0
  #closed = false

  constructor({ signal, supervise, observer }: TaskGroupOptions = {}) {
    this.scope = new CancelScope(signal)
    this.#signal = signal
    this.#supervise = supervise
    this.#observer = observer
  }

  /** How many children run. */
  get size(): number {
    return this.#size
  }

  /**
   * Starts a child, which runs at once up to its first await. In a group that is cancelled it does not begin: the promise
   * rejects with the reason.
   *
   * @returns The child's result. It may be ignored: `join` tells of a failure too.
   * @throws {Closed} The group has ended.
   */
  spawn<T>(child: Main<T>): Promise<T> {
    if (this.#closed) throw new Closed("cannot spawn: the group has ended")
    const result = this.#run(child)
    result.catch(nothing)
    return result
  }

  /** Cancels the children. It is no failure: `join` does not throw for it. */
  cancel(reason?: unknown): void {
    this.scope.cancel(reason)
  }

  /** Cancels the children because of `error`, which `join` throws. */
  fail(error: unknown): void {
    if (comesFromCancel(this.scope, error)) return
    ;(this.#errors ??= []).push(error)
    this.scope.cancel(error)
  }

  /**
   * Waits until every child has ended, those included that are spawned meanwhile, and ends the group. It does not return
   * before, whatever happens.
   *
   * Throws the children's errors, or the reason of the group's signal if that was cancelled.
   */
  async join(): Promise<void> {
    await this.#end()
    checkpoint(this.#signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#size > 0) this.cancel()
    await this.#end()
  }

  /** No async function: a child may run for as long as the program, and a suspended function would take its memory. */
  #run<T>(child: Main<T>): Promise<T> {
    if (this.scope.cancelled) return Promise.reject(this.scope.reason)
    this.#size++
    this.#observer?.began()
    return begin(child, this.scope).then(this.#childEnded, this.#childThrew)
  }

  readonly #childEnded = <T>(result: T): T => {
    this.#observer?.ended()
    if (--this.#size === 0) this.#empty?.set()
    return result
  }

  readonly #childThrew = (error: unknown): never => {
    try {
      this.#childFailed(error)
    } finally {
      this.#childEnded(undefined)
    }
    throw error
  }

  #childFailed(error: unknown): void {
    if (this.#supervise === undefined || comesFromCancel(this.scope, error)) {
      this.fail(error)
      return
    }
    try {
      this.#supervise(error)
    } catch (supervisorsError) {
      this.fail(supervisorsError)
    }
  }

  async #end(): Promise<void> {
    while (this.#size > 0) {
      const empty = (this.#empty ??= new ManualResetEvent())
      empty.reset()
      await empty.wait()
    }
    this.#closed = true
    this.scope[Symbol.dispose]()
    const errors = this.#errors ?? []
    if (errors.length === 1) throw errors[0]
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} children failed`)
  }
}

function nothing(): void {}

/** Calls a child, and makes what it throws before its first await the promise's error. */
function begin<T>(child: Main<T>, scope: CancelScope): Promise<T> {
  try {
    return Promise.resolve(child(scope))
  } catch (error) {
    return Promise.reject(error)
  }
}
