import type { Clock } from "@dchat/runtime"
import type { CallOptions } from "../connection/call.ts"
import type { SubscriberSpelling } from "../dialect/subscription-spelling.ts"
import type { JsonRpcError } from "../message/rpc-error.ts"
import type { NotificationMessage, Params } from "../message/message.ts"
import type { ResponseText } from "../message/slice.ts"
import type { BufferLimits, BufferOverflow } from "./buffer.ts"

/** How the subscribing side keeps items for a loop that takes its time. */
export interface SubscriptionBuffer extends BufferLimits {
  /**
   * What happens when it is full. Default `close`. Waiting is not offered: it would stop the whole connection, with the
   * answers that the loop itself may be waiting for.
   */
  readonly overflow?: BufferOverflow | undefined
}

/** Options of `Connection.subscribe`. Signal, time limit and reader are those of the call; the reader reads each item. */
export interface SubscribeOptions extends CallOptions {
  readonly buffer?: SubscriptionBuffer | undefined
  /**
   * The class `Subscriptions`, for a `Caller`, which does not load it by itself: a page that never subscribes is smaller. The
   * subscriptions of a contract bring it.
   */
  readonly subscriptions?: SubscriptionsClass | undefined
}

/**
 * What the other side sends to a subscriber. Iterate over it. To leave the loop, or `return()`, unsubscribes; so does the
 * signal of the call. Iteration ends when the serving side ends it, and throws when it fails, when the connection closes,
 * or when an item is not what the contract says.
 */
export interface Subscription<Item = unknown> extends AsyncIterableIterator<Item, undefined, undefined> {
  /** Resolves when the other side has accepted; rejects when it has not. Need not be looked at: iteration says it too. */
  readonly accepted: Promise<void>
  /** Items that wait for the loop. */
  readonly size: number
  /** Items thrown away because the buffer was full. */
  readonly dropped: number
  return(): Promise<IteratorResult<Item, undefined>>
  [Symbol.asyncDispose](): Promise<void>
}

/** The subscriptions that this side of a connection has made: brings what comes to whom it belongs. */
export interface SubscriptionKeeper {
  subscribe(method: string, params: Params | undefined, options: SubscribeOptions): Subscription
  /** Takes a notification, when it is about a subscription. `index` is its place when it came in a batch. */
  take(notification: Pick<NotificationMessage, "method" | "params">, source: ResponseText, index?: number): boolean
  /** The connection is gone. */
  closeAll(error: JsonRpcError): void
}

/** What a {@link SubscriptionKeeper} asks of the other side. */
export interface SubscriptionsPeer {
  request(method: string, params?: Params, options?: CallOptions): Promise<unknown>
  notify(method: string, params?: Params): Promise<void>
}

/** The class `Subscriptions`, as those see it who do not load it. */
export type SubscriptionsClass = new (
  peer: SubscriptionsPeer,
  clock: Pick<Clock, "setTimer">,
  timeoutMs: number,
  spelling?: SubscriberSpelling,
) => SubscriptionKeeper
