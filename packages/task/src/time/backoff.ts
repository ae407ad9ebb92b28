import type { Random } from "@dchat/runtime"
import { platformRandom } from "@dchat/runtime/platform"

/** Options of {@link backoff}. */
export interface BackoffOptions {
  /** The longest first delay, in milliseconds. Default 100. */
  readonly baseMs?: number | undefined
  /** By how much the longest delay grows each time. Default 2. */
  readonly factor?: number | undefined
  /** No delay is longer, in milliseconds. Default 30 s. */
  readonly maxMs?: number | undefined
  /** Default: the platform's. */
  readonly random?: Pick<Random, "float"> | undefined
}

/**
 * Delays in milliseconds, without end: exponential back-off with full jitter. Each is anything from 0 up to the longest,
 * so that many who failed at the same moment do not come back at the same moment.
 */
export function* backoff({
  baseMs = 100,
  factor = 2,
  maxMs = 30_000,
  random = platformRandom,
}: BackoffOptions = {}): Generator<number, never> {
  for (let longest = Math.min(baseMs, maxMs); ; longest = Math.min(longest * factor, maxMs)) {
    yield random.float() * longest
  }
}
