import type { BatchCall, BatchOutcome, CallOptions } from "../connection/call.ts"
import type { ConnectionStatus } from "../connection/lifecycle.ts"
import type { Peer } from "../connection/peer.ts"
import type { Params } from "../message/message.ts"
import type { SubscribeOptions, Subscription } from "../subscription/subscription.ts"

/** A peer that does all that another one does. What is to be otherwise is overridden. */
export abstract class PeerWrapper implements Peer {
  protected readonly peer: Peer

  constructor(peer: Peer) {
    this.peer = peer
  }

  get remote(): string {
    return this.peer.remote
  }

  get status(): ConnectionStatus {
    return this.peer.status
  }

  get state(): Map<unknown, unknown> {
    return this.peer.state
  }

  get bufferedBytes(): number {
    return this.peer.bufferedBytes
  }

  get closed(): Promise<Error | undefined> {
    return this.peer.closed
  }

  request(method: string, params?: Params, options?: CallOptions): Promise<unknown> {
    return this.peer.request(method, params, options)
  }

  notify(method: string, params?: Params): Promise<void> {
    return this.peer.notify(method, params)
  }

  batch(calls: readonly BatchCall[], options?: CallOptions): Promise<BatchOutcome[]> {
    return this.peer.batch(calls, options)
  }

  subscribe(method: string, params?: Params, options?: SubscribeOptions): Subscription {
    return this.peer.subscribe(method, params, options)
  }

  close(): Promise<void> {
    return this.peer.close()
  }
}
