import type { ConnectionCounters } from "../connection/counters.ts"
import type { ConnectionLimits } from "../connection/limits.ts"
import type { SubscriptionSpelling } from "../dialect/subscription-spelling.ts"
import { ServerError } from "../message/errors.ts"
import { ServerCode } from "../message/server-code.ts"
import type { Id, Params } from "../message/message.ts"
import type { SharedBytes } from "./buffer.ts"
import { SubscriptionSink, type AcceptOptions, type SinkPort } from "./sink.ts"

/** What {@link ServedSubscriptions} need of their connection. */
export interface ServedPort extends Pick<SinkPort, "write" | "isCongested"> {
  readonly limits: Pick<ConnectionLimits, "maxSubscriptions" | "maxSendBytes">
  readonly counters: ConnectionCounters
  /** Resolves when the other side keeps up with reading. */
  keepsUp(): Promise<void>
}

/**
 * Length of all items that may wait for a subscriber, over all subscriptions of a connection. Each may hold one item beyond
 * it. Without it, whoever reads nothing would cost a full buffer for each of 1,024 subscriptions.
 */
const MAX_HELD_BYTES = 16 * 1024 * 1024

/** The subscriptions that this side of a connection serves. */
export class ServedSubscriptions {
  readonly #spelling: SubscriptionSpelling
  readonly #port: ServedPort
  readonly #maxSubscriptions: number
  readonly #sinks = new Map<Id, SubscriptionSink>()
  readonly #held: SharedBytes = { bytes: 0, maxBytes: MAX_HELD_BYTES }
  #opened = 0

  constructor(spelling: SubscriptionSpelling, port: ServedPort, maxSubscriptions: number) {
    this.#spelling = spelling
    this.#port = port
    this.#maxSubscriptions = maxSubscriptions
  }

  get size(): number {
    return this.#sinks.size
  }

  /** Makes the sink of a new subscription. Throws a {@link ServerError} when there are too many. */
  open(method: string, options: AcceptOptions): SubscriptionSink {
    if (this.#sinks.size >= this.#maxSubscriptions) {
      this.#port.counters.subscriptionsRefused++
      const text =
        this.#maxSubscriptions === 0
          ? "there are no subscriptions here; subscribe over a connection that stays, such as tcp:// or ws://"
          : `a connection may have ${this.#maxSubscriptions} subscriptions at one time`
      throw new ServerError(ServerCode.tooManySubscriptions, text)
    }
    const port: SinkPort = {
      spelling: this.#spelling,
      write: (text) => this.#port.write(text),
      isCongested: () => this.#port.isCongested(),
      drained: () => this.#port.keepsUp(),
      held: this.#held,
      maxBytes: this.#port.limits.maxSendBytes,
      onDropped: () => this.#port.counters.itemsDropped++,
      onClosed: ({ id }) => void this.#sinks.delete(id),
    }
    const count = ++this.#opened
    const id = this.#spelling.newId?.(count) ?? count
    const sink = new SubscriptionSink({ id, method }, port, options)
    this.#sinks.set(sink.name.id, sink)
    return sink
  }

  /**
   * Ends the subscription that a message unsubscribes from. Gives whether there was one; `undefined` when the message is
   * about something else.
   */
  unsubscribe(method: string, params: Params | undefined): boolean | undefined {
    const id = this.#spelling.readUnsubscribe?.(method, params)
    if (id === undefined) return undefined
    const sink = this.#sinks.get(id)
    sink?.abandon()
    return sink !== undefined
  }

  /** Ends all of them, since the connection is about to end, and tells the subscribers: they are not at their own end. */
  closeAll(): void {
    for (const sink of [...this.#sinks.values()]) {
      sink.close(new ServerError(ServerCode.closing, "the server stops; subscribe again over another connection"))
    }
  }

  /** Ends all of them without a word: the connection is gone. */
  abandonAll(): void {
    for (const sink of [...this.#sinks.values()]) sink.abandon()
  }
}
