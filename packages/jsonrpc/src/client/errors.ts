import { CallError } from "../connection/errors.ts"

/** As many calls wait for their turn as may. Nothing was sent. */
export class TooManyCallsError extends CallError {
  override readonly name = "TooManyCallsError"
  readonly code = "too-many-calls"

  /** @param limit How many may wait. */
  constructor(limit: number) {
    super(`${limit} calls wait for their turn already`, "no")
  }
}
