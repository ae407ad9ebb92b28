import type { Timer } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import { Stopped, TimeoutError } from "../errors.ts"
import { LinkedList } from "../internal/linked-list.ts"
import { setAlarm, type AlarmClock } from "../time/alarm.ts"
import { type CancelToken, whenCancelled, type Cancellation } from "./cancellation.ts"

/** Options of a {@link CancelScope}. */
export interface CancelScopeOptions {
  /** Whether the scope goes on when its parent is cancelled: for clean-up that has to wait. Default false. */
  readonly shield?: boolean | undefined
  /** Cancels the scope after this many milliseconds, with a {@link TimeoutError}. */
  readonly timeoutMs?: number | undefined
  /** The clock of `timeoutMs`. Default: the platform's. */
  readonly clock?: AlarmClock | undefined
  /** Makes the reason of a cancel that was given none. Default: a new {@link Stopped}. */
  readonly reason?: (() => unknown) | undefined
}

/**
 * A piece of work that can be cancelled, with all that was begun inside it.
 *
 * It is level-triggered: once it is cancelled, every checkpoint in it throws, not only the first. The first reason
 * wins. A child is cancelled with its parent, unless it is shielded; never the other way round.
 */
export class CancelScope implements CancelToken, Disposable {
  #end: { readonly reason: unknown; isPast: boolean } | undefined
  #callbacks: LinkedList<(reason: unknown) => void> | undefined
  #controller: AbortController | undefined
  readonly #timer: Timer | undefined
  readonly #leaveParent: (() => void) | undefined
  readonly #makeReason: (() => unknown) | undefined

  constructor(parent?: Cancellation, options?: CancelScopeOptions) {
    this.#makeReason = options?.reason
    const timeoutMs = options?.timeoutMs
    if (timeoutMs !== undefined) {
      const onTimeout = (): void => this.cancel(new TimeoutError(timeoutMs))
      this.#timer = setAlarm(options?.clock ?? platformClock, timeoutMs, onTimeout)
    }
    if (parent !== undefined && options?.shield !== true) {
      this.#leaveParent = whenCancelled(parent, (reason) => this.cancel(reason))
    }
  }

  get cancelled(): boolean {
    return this.#end !== undefined
  }

  /** Whether it was cancelled before this microtask: what settles in the same one was not stopped by it. */
  get wasCancelled(): boolean {
    return this.#end?.isPast === true
  }

  /** Why it was cancelled; `undefined` while it is not. */
  get reason(): unknown {
    return this.#end?.reason
  }

  /** The scope as an `AbortSignal`, for functions of the platform. Made when it is first read, since it is not cheap. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#end !== undefined) this.#controller.abort(this.#end.reason)
    }
    return this.#controller.signal
  }

  /** Throws the reason if the scope is cancelled. */
  checkpoint(): void {
    if (this.#end !== undefined) throw this.#end.reason
  }

  /**
   * Cancels the scope and its children. Does nothing when it is cancelled already.
   *
   * @param reason What every wait in the scope rejects with. Default: a new {@link Stopped}.
   */
  cancel(reason?: unknown): void {
    if (this.#end !== undefined) return
    const end = { reason: reason ?? this.#makeReason?.() ?? this.makeReason(), isPast: false }
    this.#end = end
    void SETTLED.then(() => (end.isPast = true))
    this[Symbol.dispose]()
    this.#controller?.abort(end.reason)
    this.#callBack(end.reason)
  }

  /**
   * Cancels the scope and throws its reason: how work ends itself from inside. Nothing after it runs, as JavaScript
   * cannot drop a function that waits for its own end.
   */
  stop(reason?: unknown): never {
    this.cancel(reason)
    throw this.reason
  }

  /**
   * Calls `callback` with the reason when the scope is cancelled; at once when it already is. A callback that throws
   * does not keep the others from being called; `cancel` throws its error afterwards.
   *
   * @returns Makes sure that the callback is not called any more.
   */
  onCancel(callback: (reason: unknown) => void): () => void {
    if (this.#end !== undefined) {
      callback(this.#end.reason)
      return nothing
    }
    const callbacks = (this.#callbacks ??= new LinkedList())
    const link = callbacks.push(callback)
    return () => callbacks.remove(link)
  }

  /** The reason of a cancel that was given none, in a scope that was not told to make another. */
  protected makeReason(): unknown {
    return new Stopped()
  }

  /** Lets go of the parent and of the timer. The scope can still be cancelled by hand. */
  [Symbol.dispose](): void {
    this.#leaveParent?.()
    this.#timer?.cancel()
  }

  #callBack(reason: unknown): void {
    const errors: unknown[] = []
    for (const callback of this.#callbacks?.drain() ?? []) {
      try {
        callback(reason)
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length === 1) throw errors[0]
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} callbacks of a cancelled scope threw`)
  }
}

const SETTLED: Promise<void> = Promise.resolve()

function nothing(): void {}
