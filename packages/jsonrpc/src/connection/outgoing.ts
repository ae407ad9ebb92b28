import type { Clock } from "@dchat/runtime"
import type { JsonRpcError } from "../message/errors.ts"
import type { Id, Params } from "../message/message.ts"
import { ConnectError } from "../transport/errors.ts"
import { OutgoingCall, type BatchCall, type BatchOutcome, type CallOptions } from "./call.ts"
import { Deadlines } from "./deadlines.ts"
import type { BatchEntry, Engine } from "./engine.ts"
import { CallCancelledError, CallTimeoutError, DeliveryError, EncodeError, type Sent } from "./errors.ts"
import type { Writer } from "./writer.ts"

/** The calls that this side makes: sends them, and ends the wait for their answers when time or patience is over. */
export class Outgoing {
  readonly #engine: Engine<OutgoingCall>
  readonly #writer: Writer
  readonly #clock: Pick<Clock, "monotonic">
  readonly #deadlines: Deadlines
  readonly #timeoutMs: number
  readonly #onGivenUp: (id: number) => void
  #now = 0
  #nowIsOfFlush = -1

  constructor(
    engine: Engine<OutgoingCall>,
    writer: Writer,
    clock: Pick<Clock, "monotonic" | "setTimer">,
    timeoutMs: number,
    onGivenUp: (id: number) => void,
  ) {
    this.#onGivenUp = onGivenUp
    this.#engine = engine
    this.#writer = writer
    this.#clock = clock
    this.#deadlines = new Deadlines(clock, (now) => this.#sweep(now))
    this.#timeoutMs = timeoutMs
  }

  request(method: string, params: Params | undefined, options: CallOptions): Promise<unknown> {
    const { signal } = options
    if (signal?.aborted === true) return Promise.reject(cancelled(signal, "no"))
    let call!: OutgoingCall
    const answer = new Promise((resolve, reject) => {
      call = new OutgoingCall(resolve, reject, options.reader)
    })
    const { flushes } = this.#writer
    try {
      this.#writer.send(this.#engine.request(method, params, call))
    } catch (error) {
      return Promise.reject(unsendable(error))
    }
    this.#expect(call, flushes, options)
    return signal === undefined ? answer : this.#cancellable([call], signal, answer)
  }

  batch(entries: readonly BatchCall[], options: CallOptions): Promise<BatchOutcome[]> {
    const { signal } = options
    if (signal?.aborted === true) return Promise.reject(cancelled(signal, "no"))
    if (entries.length === 0) return Promise.resolve([])
    const calls: OutgoingCall[] = []
    const outcomes: Promise<BatchOutcome>[] = []
    const batch = entries.map(({ method, params, isNotification = false, reader }): BatchEntry<OutgoingCall> => {
      if (isNotification) {
        outcomes.push(Promise.resolve(succeeded(undefined)))
        return { method, params, call: undefined }
      }
      let call!: OutgoingCall
      const answer = new Promise((resolve, reject) => {
        call = new OutgoingCall(resolve, reject, reader)
      })
      calls.push(call)
      outcomes.push(answer.then(succeeded, failed))
      return { method, params, call }
    })
    const { flushes } = this.#writer
    try {
      this.#writer.send(this.#engine.batch(batch))
    } catch (error) {
      return Promise.reject(unsendable(error))
    }
    for (const call of calls) this.#expect(call, flushes, options)
    const answer = Promise.all(outcomes)
    return signal === undefined ? answer : this.#cancellable(calls, signal, answer)
  }

  /** Fails every call that waits. */
  failAll(failure: (sent: Sent) => JsonRpcError): void {
    this.#deadlines.stop()
    for (const call of this.#engine.pending.values()) {
      this.#engine.forget(call)
      call.fail(failure(this.#writer.flushes > call.flushesBefore ? "maybe" : "no"))
    }
  }

  /** Fails the calls of a text that was sent and is lost. */
  failLost(text: string, error: Error): void {
    const sent = error instanceof ConnectError ? "no" : "maybe"
    for (const { id } of [JSON.parse(text)].flat() as { id?: Id }[]) {
      const call = id === undefined ? undefined : this.#engine.pending.get(id)
      if (call === undefined || !this.#engine.forget(call)) continue
      call.fail(new DeliveryError(`the call was not answered: ${error.message}`, sent, { cause: error }))
    }
  }

  /** @param flushesBefore As it was before the call was sent: the sending may have flushed it at once. */
  #expect(call: OutgoingCall, flushesBefore: number, { timeoutMs = this.#timeoutMs }: CallOptions): void {
    call.flushesBefore = flushesBefore
    if (timeoutMs === Infinity) return
    const now = this.#turnNow()
    call.deadline = now + timeoutMs
    this.#deadlines.watch(call.deadline, now)
  }

  /** The time, looked up once for all the calls that leave with one flush. */
  #turnNow(): number {
    if (this.#nowIsOfFlush !== this.#writer.flushes) {
      this.#nowIsOfFlush = this.#writer.flushes
      this.#now = this.#clock.monotonic()
    }
    return this.#now
  }

  /** Ends the calls whose time is over; gives the next deadline. */
  #sweep(now: number): number {
    let next = Infinity
    for (const call of this.#engine.pending.values()) {
      if (call.deadline > now) {
        next = Math.min(next, call.deadline)
      } else if (this.#engine.forget(call)) {
        this.#onGivenUp(call.id)
        call.fail(new CallTimeoutError("no answer came in time", "maybe"))
      }
    }
    return next
  }

  async #cancellable<T>(calls: readonly OutgoingCall[], signal: AbortSignal, answer: Promise<T>): Promise<T> {
    const cancel = (): void => {
      for (const call of calls) {
        if (!this.#engine.forget(call)) continue
        this.#onGivenUp(call.id)
        call.fail(cancelled(signal, "maybe"))
      }
    }
    signal.addEventListener("abort", cancel, { once: true })
    try {
      return await answer
    } finally {
      signal.removeEventListener("abort", cancel)
    }
  }
}

function succeeded(value: unknown): BatchOutcome {
  return { ok: true, value }
}

function failed(error: JsonRpcError): BatchOutcome {
  return { ok: false, error }
}

function cancelled(signal: AbortSignal, sent: Sent): CallCancelledError {
  return new CallCancelledError("the call was cancelled", sent, { cause: signal.reason })
}

/** The error of a message that could not be written. `cause` is what was thrown. */
export function unsendable(error: unknown): EncodeError {
  return new EncodeError("the parameters are no JSON", "no", { cause: error })
}
