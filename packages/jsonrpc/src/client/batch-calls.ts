import type { Clock } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import type { AnswerReader, BatchOutcome, CallOptions } from "../connection/call.ts"
import type { Peer } from "../connection/peer.ts"
import type { Params } from "../message/message.ts"
import { PeerWrapper } from "./peer-wrapper.ts"

/** Options of {@link batchCalls}. */
export interface BatchCallsOptions {
  /** Calls in one batch, at most. Default 100. */
  readonly maxCalls?: number
  /** Default: the platform's. */
  readonly clock?: Pick<Clock, "defer">
}

/**
 * The same peer, whose calls of one turn of the program travel as one batch: for HTTP, where each message costs a round
 * trip. A call with a signal or a time of its own travels alone. Order is kept.
 */
export function batchCalls(peer: Peer, { maxCalls = 100, clock = platformClock }: BatchCallsOptions = {}): Peer {
  return new BatchingPeer(peer, maxCalls, clock)
}

/** A call that waits for the end of the turn. */
interface GatheredCall {
  readonly method: string
  readonly params: Params | undefined
  readonly reader: AnswerReader | undefined
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

class BatchingPeer extends PeerWrapper {
  readonly #maxCalls: number
  readonly #clock: Pick<Clock, "defer">
  #gathered: GatheredCall[] = []

  constructor(peer: Peer, maxCalls: number, clock: Pick<Clock, "defer">) {
    super(peer)
    this.#maxCalls = maxCalls
    this.#clock = clock
  }

  override request(method: string, params?: Params, options: CallOptions = {}): Promise<unknown> {
    if (options.signal !== undefined || options.timeoutMs !== undefined) {
      this.#send()
      return this.peer.request(method, params, options)
    }
    return new Promise((resolve, reject) => {
      this.#gathered.push({ method, params, reader: options.reader, resolve, reject })
      if (this.#gathered.length === 1) this.#clock.defer(() => this.#send())
      if (this.#gathered.length === this.#maxCalls) this.#send()
    })
  }

  override notify(method: string, params?: Params): Promise<void> {
    this.#send()
    return this.peer.notify(method, params)
  }

  override close(): Promise<void> {
    this.#send()
    return this.peer.close()
  }

  #send(): void {
    const calls = this.#gathered
    this.#gathered = []
    const [only] = calls
    if (only === undefined) return
    if (calls.length === 1) {
      void this.peer.request(only.method, only.params, { reader: only.reader }).then(only.resolve, only.reject)
      return
    }
    this.peer.batch(calls).then(
      (outcomes) => calls.forEach((call, index) => settle(call, outcomes[index] as BatchOutcome)),
      (error: unknown) => calls.forEach((call) => call.reject(error)),
    )
  }
}

function settle(call: GatheredCall, outcome: BatchOutcome): void {
  if (outcome.ok) call.resolve(outcome.value)
  else call.reject(outcome.error)
}
