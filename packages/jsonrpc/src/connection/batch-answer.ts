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
    const index = this.#outcomes.length
    this.noted()
    this.#open++
    const end = (outcome: object): void => {
      this.#outcomes[index] = outcome as BatchOutcome
      this.sent()
    }
    return new OutgoingCall(
      method,
      flushesBefore,
      (value) => end({ ok: true, value }),
      (error) => end({ ok: false, error }),
      reader,
    )
  }

  /** The batch has left, or a call of it has ended. */
  sent(): void {
    this.#open--
    if (this.#open === 0) this.#resolve(this.#outcomes)
  }
}
