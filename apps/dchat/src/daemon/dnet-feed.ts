import type { DnetEvent } from "@dchat/net"
import { Publisher, type Subscription } from "@dchat/task"

/**
 * What the network does, for whoever asked over JSON-RPC to look on (darkfi-rpc-and-apps 2.7). There is one switch for
 * all, which is off at first: while it is, the network takes no notes. Each subscriber has 1024 events waiting at most;
 * then the oldest go.
 */
export class DnetFeed {
  readonly #source: Pick<Publisher<DnetEvent>, "subscribe">
  readonly #events = new Publisher<DnetEvent>()
  #watching: Subscription<DnetEvent> | undefined

  constructor(source: Pick<Publisher<DnetEvent>, "subscribe">) {
    this.#source = source
  }

  /** How many look on. */
  get subscribers(): number {
    return this.#events.size
  }

  /** Switches all on or off. What happened before it was switched off still comes. */
  switch(on: boolean): void {
    if (!on) {
      this.#watching?.close()
      this.#watching = undefined
    } else if (this.#watching === undefined) {
      this.#watching = this.#source.subscribe()
      void this.#forward(this.#watching)
    }
  }

  /** The events from now on. */
  subscribe(): Subscription<DnetEvent> {
    return this.#events.subscribe()
  }

  async #forward(watching: Subscription<DnetEvent>): Promise<void> {
    for await (const event of watching) this.#events.publish(event)
  }
}
