import type { Clock } from "@dchat/runtime"
import type { CallOptions } from "../connection/call.ts"
import { plainSubscriptions, type SpelledMessage, type SubscriptionSpelling } from "../dialect/subscription-spelling.ts"
import type { JsonRpcError } from "../message/errors.ts"
import type { NotificationMessage, Params } from "../message/message.ts"
import { ServedSubscriptions } from "./served.ts"
import type { AcceptOptions, SubscriptionSink } from "./sink.ts"
import type { SubscribeOptions, Subscription } from "./subscription.ts"
import { Subscriptions } from "./subscriptions.ts"

/** What a {@link SubscriptionDesk} needs of its connection. */
export interface DeskOptions {
  readonly spelling: SubscriptionSpelling | undefined
  readonly maxSubscriptions: number
  readonly clock: Pick<Clock, "setTimer">
  readonly timeoutMs: number
  request(method: string, params: Params | undefined, options: CallOptions): Promise<unknown>
  tell(message: SpelledMessage): void
  write(text: string): void
  isCongested(): boolean
  drained(): Promise<void>
}

/** All subscriptions of a connection, in both directions. Made with the first one. */
export class SubscriptionDesk {
  readonly #made: Subscriptions
  readonly #served: ServedSubscriptions
  readonly #spelling: SubscriptionSpelling

  constructor({ spelling = plainSubscriptions, maxSubscriptions, ...port }: DeskOptions) {
    this.#spelling = spelling
    this.#made = new Subscriptions({ ...port, spelling })
    this.#served = new ServedSubscriptions({ ...port, spelling }, maxSubscriptions)
  }

  subscribe(method: string, params: Params | undefined, options: SubscribeOptions): Subscription {
    return this.#made.subscribe(method, params, options)
  }

  /** Begins to serve a subscription. Throws a `ServerError` when there are too many. */
  accept(method: string, options: AcceptOptions): SubscriptionSink {
    return this.#served.open(method, options)
  }

  /** Whether the call that subscribes is answered. */
  get answersCalls(): boolean {
    return this.#spelling.key === "id"
  }

  /** Takes a notification that is about a subscription; false when it is about something else. */
  take(notification: NotificationMessage, size: number): boolean {
    return this.#made.take(notification, size) || this.unsubscribe(notification) !== undefined
  }

  /** Ends a subscription, when a message says so. Gives whether there was one; `undefined` when it is another message. */
  unsubscribe({
    method,
    params,
  }: {
    readonly method: string
    readonly params: Params | undefined
  }): boolean | undefined {
    return this.#served.unsubscribe(method, params)
  }

  /** Ends what is served, and tells the subscribers. */
  finish(): void {
    this.#served.closeAll()
  }

  /** The connection is gone. */
  close(error: JsonRpcError): void {
    this.#served.abandonAll()
    this.#made.closeAll(error)
  }
}
