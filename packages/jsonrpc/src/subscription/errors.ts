import { CallError } from "../connection/errors.ts"

/** The loop over a subscription was too slow, and its buffer was to be closed then. The other side was told to stop. */
export class SubscriptionLaggedError extends CallError {
  override readonly name = "SubscriptionLaggedError"
  readonly code = "lagged"

  /** @param waiting Items that waited for the loop. */
  constructor(waiting: number) {
    super(`the loop over the subscription is too slow: ${waiting} items were waiting`, "maybe")
  }
}
