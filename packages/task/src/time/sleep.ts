import { platformClock } from "@dchat/runtime/platform"
import { checkpoint, whenCancelled, type Cancellable } from "../cancel/cancellation.ts"
import { setAlarm, type AlarmClock } from "./alarm.ts"

/** Options of {@link sleep}. */
export interface SleepOptions extends Cancellable {
  /** Default: the platform's. */
  readonly clock?: AlarmClock | undefined
}

/**
 * Waits for `ms` milliseconds; `Infinity` waits until it is cancelled. Rejects with the signal's reason.
 *
 * @throws {RangeError} `ms` is not a number.
 */
export function sleep(ms: number, { signal, clock = platformClock }: SleepOptions = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    checkpoint(signal)
    const timer = setAlarm(clock, ms, () => {
      unlink()
      resolve()
    })
    const unlink = whenCancelled(signal, (reason) => {
      timer.cancel()
      reject(reason)
    })
  })
}
