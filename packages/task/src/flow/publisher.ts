import { BoundedSubscription, type SubscribeOptions, type Subscription } from "./subscription.ts"

/** Options of {@link Publisher.publish}. */
export interface PublishOptions<T> {
  /** Subscriptions that are passed over. */
  readonly exclude?: readonly Subscription<T>[] | undefined
}

/**
 * Gives each item to all who have subscribed. It never waits for a subscriber: each has a bounded buffer and has chosen
 * what happens when that is full (darkfi-rpc-and-apps 1.3).
 */
export class Publisher<T> {
  readonly #subscriptions = new Set<BoundedSubscription<T>>()
  #dropped = 0
  #closed = false

  /** How many subscriptions are open. */
  get size(): number {
    return this.#subscriptions.size
  }

  /** How many items subscribers have lost so far, all together, because a buffer was full. */
  get dropped(): number {
    return this.#dropped
  }

  get closed(): boolean {
    return this.#closed
  }

  /**
   * Subscribes to what is published from now on. Of a publisher that is closed it gives a subscription that has ended.
   *
   * @throws {RangeError} The capacity is not a whole number from 1.
   */
  subscribe(options: SubscribeOptions = {}): Subscription<T> {
    const subscription = new BoundedSubscription<T>(options, {
      dropped: () => this.#dropped++,
      closed: (closed) => this.#subscriptions.delete(closed),
    })
    if (this.#closed) subscription.close()
    if (!subscription.closed) this.#subscriptions.add(subscription)
    return subscription
  }

  /** Gives `item` to every subscription that is not excluded. Never waits. After `close` it reaches nobody. */
  publish(item: T, { exclude }: PublishOptions<T> = {}): void {
    for (const subscription of this.#subscriptions) {
      if (exclude?.includes(subscription) !== true) subscription.deliver(item)
    }
  }

  /** Closes all subscriptions: each gives what it holds, then ends. */
  close(): void {
    this.#closed = true
    for (const subscription of this.#subscriptions) subscription.close()
  }
}
