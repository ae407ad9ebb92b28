import type { IncomingRequest } from "../connection/incoming-request.ts"
import type { Peer } from "../connection/peer.ts"
import type { RpcError } from "../message/rpc-error.ts"
import type { AcceptOptions, SubscriptionSink } from "../subscription/sink.ts"

/** Somebody wants to subscribe, and waits to hear whether they may. */
export class PendingSubscription<Item = unknown> {
  /** The call that subscribes. */
  readonly request: IncomingRequest
  readonly #write: ItemWriter | undefined

  /** @param write Makes of each item what JSON can carry. Default: it is that already. */
  constructor(request: IncomingRequest, write?: ItemWriter) {
    this.request = request
    this.#write = write
  }

  /** Where it comes from. */
  get connection(): Peer {
    return this.request.connection
  }

  /** Aborted when the subscription is over. What waits for the next item is to listen to it. Made when first read. */
  get signal(): AbortSignal {
    return this.request.signal
  }

  /**
   * Says yes. The subscription lasts until the sink is closed here or the subscriber has left: also after the handler has
   * returned. Throws an Error when it was answered before, and a `ServerError` when this peer has too many; let that through.
   */
  accept(options: AcceptOptions = {}): SubscriptionSink<Item> {
    return this.request.accept<Item>(this.#write === undefined ? options : { ...options, write: this.#write })
  }

  /** Says no. To throw the error does the same. */
  reject(error: RpcError): void {
    void this.request.replyError(error)
  }
}

/** Makes of an item what JSON can carry. */
export type ItemWriter = NonNullable<AcceptOptions["write"]>

/** Runs what a handler has returned for a subscription: gives out the items, if it has returned some. */
export async function runSubscription(pending: PendingSubscription, returned: unknown): Promise<void> {
  if (isAsyncIterable(returned)) return giveOut(returned, pending.accept())
  await returned
  if (!pending.request.isAnswered) throw new Error("the handler of a subscription has neither accepted nor rejected it")
}

async function giveOut(items: AsyncIterable<unknown>, sink: SubscriptionSink): Promise<void> {
  const iterator = items[Symbol.asyncIterator]()
  // What waits for its next item is told at once; a generator hears it after what it awaits.
  void sink.closed.then(() => iterator.return?.()).catch(() => {})
  for (;;) {
    const result = await iterator.next()
    if (result.done === true || (!(await sink.send(result.value)) && sink.isClosed)) break
  }
  sink.close()
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value
}
