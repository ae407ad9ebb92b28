import type { Clock } from "@dchat/runtime"
import { CallTimeoutError, InvalidResultError } from "../connection/errors.ts"
import { tell } from "../connection/tell.ts"
import { plainSubscriber, type SubscriberSpelling, type SubscriptionNews } from "../dialect/subscription-spelling.ts"
import { byteLength } from "../message/byte-length.ts"
import { JsonText } from "../message/json-text.ts"
import { memberText, type ResponseText } from "../message/slice.ts"
import { rpcErrorFrom, RpcError, type JsonRpcError } from "../message/rpc-error.ts"
import type { Id, NotificationMessage, Params } from "../message/message.ts"
import { IncomingSubscription } from "./incoming-subscription.ts"
import type { SubscribeOptions, Subscription, SubscriptionKeeper, SubscriptionsPeer } from "./subscription.ts"

/** Items may come before the answer that says what they belong to. So many of them are kept; more are lost. */
const MAX_EARLY = 256

/** What came about a subscription. */
interface Arrival {
  readonly news: SubscriptionNews
  /** Of its text, in bytes. */
  readonly size: number
  readonly source: ResponseText
  readonly index: number | undefined
}

/** The subscriptions that this side of a connection has made: brings what comes to whom it belongs. */
export class Subscriptions implements SubscriptionKeeper {
  readonly #peer: SubscriptionsPeer
  readonly #clock: Pick<Clock, "setTimer">
  readonly #timeoutMs: number
  readonly #spelling: SubscriberSpelling
  readonly #live = new Map<Id, IncomingSubscription>()
  /** Calls to subscribe that are not answered yet. */
  #asking = 0
  #early: Arrival[] = []

  /** @param timeoutMs How long a call to subscribe waits for its answer when its options do not say, in milliseconds. */
  constructor(
    peer: SubscriptionsPeer,
    clock: Pick<Clock, "setTimer">,
    timeoutMs: number,
    spelling: SubscriberSpelling = plainSubscriber,
  ) {
    this.#peer = peer
    this.#clock = clock
    this.#timeoutMs = timeoutMs
    this.#spelling = spelling
  }

  get size(): number {
    return this.#live.size
  }

  subscribe(method: string, params: Params | undefined, options: SubscribeOptions): Subscription {
    return this.#spelling.key === "id"
      ? this.#subscribeById(method, params, options)
      : this.#subscribeByMethod(method, params, options)
  }

  /** Takes a notification, when it is about a subscription. `index` is its place when it came in a batch. */
  take(
    { method, params }: Pick<NotificationMessage, "method" | "params">,
    source: ResponseText,
    index?: number,
  ): boolean {
    const news = this.#spelling.read(method, params)
    if (news === undefined) return false
    // Of a batch, each message is counted by itself: to count the whole for each would take time without bound.
    const size = byteLength(index === undefined ? source.text : JSON.stringify(params ?? null))
    const arrival = { news, size, source, index }
    const subscription = this.#live.get(news.key)
    if (subscription !== undefined) this.#bring(arrival, subscription)
    else if (this.#spelling.key === "method") return false
    else if (this.#asking > 0 && this.#early.length < MAX_EARLY) this.#early.push(arrival)
    return true
  }

  /** The connection is gone. */
  closeAll(error: JsonRpcError): void {
    for (const subscription of this.#live.values()) subscription.finish(error)
    this.#live.clear()
    this.#early = []
  }

  #subscribeById(method: string, params: Params | undefined, options: SubscribeOptions): Subscription {
    let id: Id | undefined
    const subscription = new IncomingSubscription(options, { onLeft: () => this.#forget(method, id) })
    this.#asking++
    // Read at once, not a microtask later: the first items may stand right behind the answer.
    const value = (result: unknown): void => {
      if (typeof result !== "string" && typeof result !== "number") {
        throw new InvalidResultError(`the answer to ${method} is not the id of a subscription`, result)
      }
      id = result
      if (subscription.isEnded) return this.#forget(method, id)
      this.#live.set(id, subscription)
      subscription.accept()
      this.#bringEarly(id, subscription)
    }
    void this.#ask(subscription, method, params, options.timeoutMs ?? this.#timeoutMs, value).finally(() => {
      this.#asking--
      if (this.#asking === 0) this.#early = []
    })
    return subscription
  }

  #subscribeByMethod(method: string, params: Params | undefined, options: SubscribeOptions): Subscription {
    if (this.#live.has(method)) throw new Error(`this connection has subscribed to ${method} already; open another one`)
    // Who leaves stays in the table: what still comes must not be taken for a call.
    const subscription = new IncomingSubscription(options, { onLeft: () => {} })
    this.#live.set(method, subscription)
    subscription.accept()
    void this.#ask(subscription, method, params, Infinity, () => {})
    return subscription
  }

  /** Calls the method. However the caller loses patience, the answer is still read, or the other side would send for ever. */
  async #ask(
    subscription: IncomingSubscription,
    method: string,
    params: Params | undefined,
    timeoutMs: number,
    value: (result: unknown) => void,
  ): Promise<void> {
    if (subscription.isEnded) return
    const giveUp = (): void =>
      subscription.cancel(new CallTimeoutError("the subscription was not accepted in time", "maybe"))
    const patience = timeoutMs === Infinity ? undefined : this.#clock.setTimer(timeoutMs, giveUp)
    try {
      await this.#peer.request(method, params, { timeoutMs: Infinity, reader: { value, error: (error) => error } })
    } catch (error) {
      if (error instanceof RpcError) subscription.fail(error)
      else subscription.finish(error as JsonRpcError)
      if (this.#spelling.key === "method") this.#live.delete(method)
    } finally {
      patience?.cancel()
    }
  }

  #bring(arrival: Arrival, subscription: IncomingSubscription): void {
    const { news, size } = arrival
    if (news.kind === "item")
      return subscription.put((subscription.wantsText ? this.#itemText(arrival) : undefined) ?? news.item, size)
    this.#live.delete(news.key)
    if (news.error === undefined) subscription.finish()
    else subscription.fail(rpcErrorFrom(news.error))
  }

  #itemText({ source, index }: Arrival): JsonText | undefined {
    const params = memberText(source, index, "params")
    const text = params === undefined ? undefined : this.#spelling.itemText?.(params)
    return text === undefined ? undefined : new JsonText(text)
  }

  #bringEarly(id: Id, subscription: IncomingSubscription): void {
    for (const arrival of this.#early) if (arrival.news.key === id) this.#bring(arrival, subscription)
    this.#early = this.#early.filter(({ news }) => news.key !== id)
  }

  #forget(method: string, id: Id | undefined): void {
    if (id === undefined) return
    this.#live.delete(id)
    const message = this.#spelling.unsubscribe?.({ id, method })
    if (message !== undefined) tell(this.#peer, message)
  }
}
