import type { Params } from "../message/message.ts"
import type { BatchCall, BatchOutcome, CallOptions } from "./call.ts"
import type { ConnectionStatus } from "./lifecycle.ts"
import type { SubscribeOptions, Subscription } from "../subscription/subscription.ts"

/** The other side of a connection, as whoever talks to it sees it. */
export interface Peer {
  /** Who it is, for people, such as `tcp://127.0.0.1:4711`. */
  readonly remote: string
  readonly status: ConnectionStatus
  /** Whatever is to be kept for as long as the connection lives: who the other side is, what it has asked for. */
  readonly state: Map<unknown, unknown>
  /** Bytes that it has not taken yet. */
  readonly bufferedBytes: number
  /** Resolves when the connection is gone, with the error if it was not closed in good order. Never rejects. */
  readonly closed: Promise<Error | undefined>
  /**
   * Calls a method of the other side and gives its result.
   *
   * Rejects with an `RpcError` when the other side answers with an error, else with a `CallError`, whose `sent` tells
   * whether the call may have been carried out.
   */
  request(method: string, params?: Params, options?: CallOptions): Promise<unknown>
  /**
   * Calls a method and wants no answer, not even an error.
   *
   * @returns Resolves when the other side keeps up with reading. Rejects with a `ConnectionClosedError`, an `EncodeError` or a
   * `MessageTooLongError`, and nothing was sent; a rejection that nobody waits for does no harm.
   */
  notify(method: string, params?: Params): Promise<void>
  /**
   * Sends several calls as one message. Gives how each of them ended, in their order; an empty batch gives an empty list
   * and sends nothing. Rejects only when the batch could not be sent.
   */
  batch(calls: readonly BatchCall[], options?: CallOptions): Promise<BatchOutcome[]>
  /**
   * Subscribes to what a method of the other side gives. The call leaves at once; whether it was accepted shows in the
   * subscription.
   */
  subscribe(method: string, params?: Params, options?: SubscribeOptions): Subscription
  /**
   * Closes: calls that wait for an answer fail, what was sent before still leaves. Returns when the transport is gone,
   * half a second later at most. Safe to call again.
   */
  close(): Promise<void>
}
