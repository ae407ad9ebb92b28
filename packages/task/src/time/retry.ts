import type { Random } from "@dchat/runtime"
import { checkpoint, type Cancellable } from "../cancel/cancellation.ts"
import { RetriesExhausted } from "../errors.ts"
import type { AlarmClock } from "./alarm.ts"
import { backoff } from "./backoff.ts"
import { sleep } from "./sleep.ts"

/** Options of {@link retry}. */
export interface RetryOptions extends Cancellable {
  /** How many attempts are made at most, from 1; may be `Infinity`. Default 5. */
  readonly attempts?: number | undefined
  /** How long to wait before each further attempt, in milliseconds. When they end, so do the attempts. Default: {@link backoff}. */
  readonly delays?: Iterable<number> | undefined
  /** Whether an attempt that failed so is worth another. Default: always. */
  readonly retryIf?: ((error: unknown, attempt: number) => boolean) | undefined
  /** Default: the platform's. */
  readonly clock?: AlarmClock | undefined
  /** The jitter of the default delays. Default: the platform's. */
  readonly random?: Pick<Random, "float"> | undefined
}

/**
 * Calls `attempt`, with 1, 2, 3 ..., until one succeeds.
 *
 * An error that `retryIf` refuses is thrown as it is; so is the signal's reason.
 *
 * @throws {RetriesExhausted} All attempts failed; `cause` is the last error.
 */
export async function retry<T>(
  attempt: (number: number) => Promise<T>,
  { attempts = 5, delays, retryIf = always, signal, clock, random }: RetryOptions = {},
): Promise<T> {
  const pauses = (delays ?? backoff({ random }))[Symbol.iterator]()
  for (let number = 1; ; number++) {
    checkpoint(signal)
    try {
      return await attempt(number)
    } catch (error) {
      checkpoint(signal)
      if (!retryIf(error, number)) throw error
      const pause = number < attempts ? pauses.next() : undefined
      if (pause === undefined || pause.done === true) throw new RetriesExhausted(number, error)
      await sleep(pause.value, { signal, clock })
    }
  }
}

function always(): boolean {
  return true
}
