import type { JsonRpcError } from "../message/rpc-error.ts"
import { OutgoingCall, type AnswerReader, type BatchOutcome } from "./call.ts"

/** Gathers how the calls of a batch end, each in its place, and gives all of it when the last one has. */
export class BatchAnswer {
  readonly #outcomes: BatchOutcome[] = []
  readonly #resolve: (outcomes: BatchOutcome[]) => void
  /** Calls without an outcome, and the sending itself. */
  #open = 1

  constructor(resolve: (outcomes: BatchOutcome[]) => void) {
    this.#resolve = resolve
  }

  /** A notification comes next: it ends well. */
  noted(): void {
    this.#outcomes.push({ ok: true, value: undefined })
  }

  /** A call comes next. */
  expect(method: string, flushesBefore: number, reader: AnswerReader | undefined): OutgoingCall {
    this.noted()
    this.#open++
    return new BatchedCall(method, flushesBefore, reader, this, this.#outcomes.length - 1)
  }

  /** The call in a place has ended. */
  put(index: number, outcome: BatchOutcome): void {
    this.#outcomes[index] = outcome
    this.sent()
  }

  /** The batch has left, or a call of it has ended. */
  sent(): void {
    this.#open--
    if (this.#open === 0) this.#resolve(this.#outcomes)
  }
}

/** A call of a batch. */
class BatchedCall extends OutgoingCall {
  readonly #answer: BatchAnswer
  readonly #index: number

  constructor(
    method: string,
    flushesBefore: number,
    reader: AnswerReader | undefined,
    answer: BatchAnswer,
    index: number,
  ) {
    super(method, flushesBefore, reader)
    this.#answer = answer
    this.#index = index
  }

  protected override resolve(value: unknown): void {
    this.#answer.put(this.#index, { ok: true, value })
  }

  protected override reject(error: unknown): void {
    this.#answer.put(this.#index, { ok: false, error: error as JsonRpcError })
  }
}
