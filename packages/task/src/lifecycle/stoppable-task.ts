import { platformClock } from "@dchat/runtime/platform"
import { CancelScope } from "../cancel/cancel-scope.ts"
import { checkpoint, whenCancelled, type Cancellable, type Cancellation } from "../cancel/cancellation.ts"
import { Leaked, Misuse, Stopped } from "../errors.ts"
import { WaitLine } from "../internal/wait-line.ts"
import { setAlarm, type AlarmClock } from "../time/alarm.ts"
import { outcomeOfError, outcomeOfValue, type Main, type Outcome } from "./outcome.ts"

/** What a {@link StoppableTask} is made with. */
export interface TaskOptions {
  /** What error messages call it. Default `task`. */
  readonly name?: string | undefined
  /** Measures the grace time of `stop`. Default: the platform's. */
  readonly clock?: AlarmClock | undefined
}

/** What a run of a {@link StoppableTask} is started with. */
export interface StartOptions<T> {
  /** The stop handler: gets the outcome once main has ended, before `stop` returns. */
  readonly onStop: (outcome: Outcome<T>) => void | Promise<void>
  /** The error that stands for "stopped", in the scope of main and in the outcome. Default: a new {@link Stopped}. */
  readonly stopError?: unknown
  /** Stops the task when it is cancelled. When it already is, main does not begin. */
  readonly signal?: Cancellation | undefined
}

/** Options of {@link StoppableTask.stop}. */
export interface StopOptions extends Cancellable {
  /** How long to wait for the end, in milliseconds, before the task is reported as leaked. Default 30 s; `Infinity` waits for ever. */
  readonly graceMs?: number | undefined
}

/** idle -> running -> handling -> ending -> ended -> running. No other moves. */
type State<T> =
  | { readonly name: "idle" }
  | {
      readonly name: "running"
      readonly scope: CancelScope
      readonly onStop: StartOptions<T>["onStop"]
      readonly unlink: () => void
    }
  /** The stop handler has been called and has not yet returned to us. */
  | { readonly name: "handling" }
  /** The stop handler's promise is awaited. */
  | { readonly name: "ending" }
  | { readonly name: "ended"; readonly outcome: Outcome<T> }

/**
 * Work that can be ended early and safely at any time (darkfi-rpc-and-apps 1.1).
 *
 * `stop` returns when the work and its stop handler have ended, even if they throw. A task that has ended can be started
 * again. A running task goes on when nobody holds it any more.
 */
export class StoppableTask<T = void> implements AsyncDisposable {
  readonly name: string
  #id: symbol | undefined
  readonly #clock: AlarmClock
  /** Made for the first who waits. */
  #waiting: WaitLine<Outcome<T>> | undefined
  #state: State<T> = { name: "idle" }

  constructor({ name = "task", clock = platformClock }: TaskOptions = {}) {
    this.name = name
    this.#clock = clock
  }

  /** Unique. */
  get id(): symbol {
    return (this.#id ??= Symbol(this.name))
  }

  /** Whether it was started and has not ended yet; the stop handler is part of the run. */
  get running(): boolean {
    return this.#state.name !== "idle" && this.#state.name !== "ended"
  }

  /**
   * Starts `main`, which runs at once up to its first await.
   *
   * Main ends itself by returning or with its scope's own `stop()`. It must not wait for this task's `stop`, which waits
   * for main.
   *
   * @throws {Misuse} The task is running.
   */
  start(main: Main<T>, { onStop, stopError, signal }: StartOptions<T>): this {
    if (this.running) throw new Misuse(`${this.name} is running: stop it before it is started again`)
    const scope = new TaskScope(this.name, stopError)
    // Whoever cancels, the reason inside the task is its stop error.
    const unlink = whenCancelled(signal, () => scope.cancel())
    this.#state = { name: "running", scope, onStop, unlink }
    this.#run(main, scope)
    return this
  }

  /**
   * Stops the task and waits until main and the stop handler have ended; returns how. It can be called any number of
   * times, at any time. Of a task that was never started it returns `undefined`, at once.
   *
   * The task is told to stop even when the signal is cancelled already; only the wait is cut short.
   *
   * @throws {Leaked} The task has not ended within `graceMs`. It still runs.
   * @throws {Misuse} It was called by the stop handler, which would wait for itself. (After the handler's first await
   * this cannot be told from a call elsewhere; then the grace time ends the wait.)
   */
  async stop({ signal, graceMs = 30_000 }: StopOptions = {}): Promise<Outcome<T> | undefined> {
    if (this.#state.name === "handling") {
      throw new Misuse(`the stop handler of ${this.name} waits for itself: it must not call stop()`)
    }
    this.stopNow()
    if (!this.running) return this.#ended()

    const patience = new CancelScope(signal)
    const timer = setAlarm(this.#clock, graceMs, () => patience.cancel(this.#leaked(graceMs)))
    try {
      return await this.#ended(patience)
    } finally {
      timer.cancel()
      patience[Symbol.dispose]()
    }
  }

  /** Tells the task to stop and does not wait. */
  stopNow(): void {
    if (this.#state.name === "running") this.#state.scope.cancel()
  }

  /** Waits until the run has ended, without stopping it; returns how. `undefined` at once when it was never started. */
  async join({ signal }: Cancellable = {}): Promise<Outcome<T> | undefined> {
    checkpoint(signal)
    return this.#ended(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #ended(signal?: Cancellation): Promise<Outcome<T> | undefined> {
    if (this.#state.name === "idle") return undefined
    if (this.#state.name === "ended") return this.#state.outcome
    this.#waiting ??= new WaitLine()
    return this.#waiting.join(signal)
  }

  /** The run has ended, stop handler included. Those who wait hear of it behind this. */
  protected onEnded(): void {}

  /**
   * Runs main to its end. In a cancelled scope it does not begin.
   *
   * It calls back in the place of an async function: a server has a task for each connection, and a function that is
   * suspended takes more memory than all the rest of a task.
   */
  #run(main: Main<T>, scope: CancelScope): void {
    const begun = scope.cancelled ? SETTLED : begin(main, scope)
    begun.then(
      (value) => this.#handle(outcomeOfValue(scope, value as T)),
      (error: unknown) => this.#handle(outcomeOfError(scope, error)),
    )
  }

  #handle(outcome: Outcome<T>): void {
    if (this.#state.name !== "running") return
    const { onStop, unlink } = this.#state
    unlink()
    const fail = (error: unknown): void => this.#end({ status: "failed", error: withEarlier(outcome, error) })
    try {
      this.#state = { name: "handling" }
      const handled = onStop(outcome)
      this.#state = { name: "ending" }
      Promise.resolve(handled).then(() => this.#end(outcome), fail)
    } catch (error) {
      fail(error)
    }
  }

  #end(outcome: Outcome<T>): void {
    this.#state = { name: "ended", outcome }
    this.onEnded()
    for (const waiter of this.#waiting?.drain() ?? []) waiter.resolve(outcome)
  }

  #leaked(graceMs: number): Leaked {
    const what = this.#state.name === "running" ? "its main" : "its stop handler"
    return new Leaked(
      `${this.name} is leaked: ${what} has not ended ${graceMs} ms after stop(). ` +
        "Every wait in it must take the scope, and it must not wait for its own stop()",
    )
  }
}

/** The scope of a run. Whoever cancels it, the reason is the stop error. */
class TaskScope extends CancelScope {
  readonly #task: string
  readonly #stopError: unknown

  constructor(task: string, stopError: unknown) {
    super()
    this.#task = task
    this.#stopError = stopError
  }

  protected override makeReason(): unknown {
    return this.#stopError ?? new Stopped(`${this.#task} was stopped`)
  }
}

const SETTLED: Promise<unknown> = Promise.resolve()

function begin<T>(main: Main<T>, scope: CancelScope): Promise<T> {
  try {
    return Promise.resolve(main(scope))
  } catch (error) {
    return Promise.reject(error)
  }
}

/** The error of a stop handler, together with the error that it was to handle, if there was one. */
function withEarlier(outcome: Outcome<unknown>, error: unknown): unknown {
  if (!("error" in outcome)) return error
  return new AggregateError([outcome.error, error], "the task failed, and then its stop handler")
}
