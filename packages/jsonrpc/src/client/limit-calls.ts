import { Semaphore, type Permit } from "@dchat/task"
import type { BatchCall, BatchOutcome, CallOptions } from "../connection/call.ts"
import { CallCancelledError } from "../connection/errors.ts"
import type { Peer } from "../connection/peer.ts"
import type { Params } from "../message/message.ts"
import { TooManyCallsError } from "./errors.ts"
import { PeerWrapper } from "./peer-wrapper.ts"

/** Options of {@link limitCalls}. */
export interface CallLimits {
  /** Calls on their way at one time. A batch counts as one. */
  readonly maxInFlight: number
  /** Calls that wait for their turn; one more fails with a {@link TooManyCallsError}. Default 1,024. */
  readonly maxWaiting?: number
}

/**
 * The same peer, for no more than so many calls at a time; others wait, first come, first served. The time that a call may
 * take is counted from when its turn has come. Throws a RangeError when `maxInFlight` is not a whole number from 1.
 */
export function limitCalls(peer: Peer, { maxInFlight, maxWaiting = 1024 }: CallLimits): Peer {
  return new LimitedPeer(peer, maxInFlight, maxWaiting)
}

class LimitedPeer extends PeerWrapper {
  readonly #semaphore: Semaphore
  readonly #maxWaiting: number

  constructor(peer: Peer, maxInFlight: number, maxWaiting: number) {
    super(peer)
    this.#semaphore = new Semaphore(maxInFlight)
    this.#maxWaiting = maxWaiting
  }

  override request(method: string, params?: Params, options: CallOptions = {}): Promise<unknown> {
    return this.#inTurn(options, () => this.peer.request(method, params, options))
  }

  override batch(calls: readonly BatchCall[], options: CallOptions = {}): Promise<BatchOutcome[]> {
    return this.#inTurn(options, () => this.peer.batch(calls, options))
  }

  async #inTurn<T>({ signal }: CallOptions, call: () => Promise<T>): Promise<T> {
    const permit = this.#semaphore.tryAcquire() ?? (await this.#wait(signal))
    try {
      return await call()
    } finally {
      permit.release()
    }
  }

  async #wait(signal: AbortSignal | undefined): Promise<Permit> {
    if (this.#semaphore.waiting >= this.#maxWaiting) throw new TooManyCallsError(this.#maxWaiting)
    try {
      return await this.#semaphore.acquire(signal === undefined ? {} : { signal })
    } catch (cause) {
      throw new CallCancelledError("the call was cancelled before its turn", "no", { cause })
    }
  }
}
