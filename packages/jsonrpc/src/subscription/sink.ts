import { checkpoint, whenCancelled, type Cancellable, type Cancellation } from "@dchat/task"
import { MessageTooLongError } from "../connection/errors.ts"
import { replyTooLong } from "../connection/engine.ts"
import { jsonFlavor } from "../flavor/flavor.ts"
import type { SubscriptionName, SubscriptionSpelling } from "../dialect/subscription-spelling.ts"
import { byteLength, isLongerThan } from "../message/byte-length.ts"
import { ServerError } from "../message/errors.ts"
import type { RpcError } from "../message/rpc-error.ts"
import { ServerCode } from "../message/server-code.ts"
import { JsonText } from "../message/json-text.ts"
import { notificationText } from "../message/serialise.ts"
import { BoundedBuffer, type BufferLimits, type BufferOverflow, type SharedBytes } from "./buffer.ts"

/** How a subscription is accepted. */
export interface AcceptOptions extends BufferLimits {
  /** What happens to an item when the subscriber reads slowly and the buffer is full. Default `wait`: `send` waits. */
  readonly overflow?: BufferOverflow | "wait" | undefined
  /** Makes of each item what JSON can carry. Default: it is that already. */
  readonly write?: ((item: unknown) => unknown) | undefined
}

/** What a sink needs of its connection. */
export interface SinkPort {
  readonly spelling: SubscriptionSpelling
  /** Sends a text as soon as the turn ends. */
  write(text: string): void
  /** Whether the other side reads more slowly than it is sent to. */
  isCongested(): boolean
  /** Resolves when it has caught up, or has gone. */
  drained(): Promise<void>
  /** The longest message that is sent, in bytes. */
  readonly maxBytes: number
  /** An item was thrown away. */
  onDropped(): void
  /** What all sinks of the connection hold. */
  readonly held: SharedBytes
  /** The subscription is over. */
  onClosed(name: SubscriptionName): void
}

/**
 * Where the serving side of a subscription puts items. While the subscriber keeps up they leave with the turn; when it
 * does not, they wait in a buffer of the sink's own, bounded in number and in bytes.
 */
export class SubscriptionSink<Item = unknown> {
  /** What the subscription is known by on its connection. */
  readonly name: SubscriptionName
  /** Resolves when the subscription is over: closed here, unsubscribed there, or the connection is gone. Never rejects. */
  readonly closed: Promise<void>
  readonly #port: SinkPort
  readonly #overflow: BufferOverflow | "wait"
  readonly #toJson: (item: Item) => unknown
  readonly #buffer: BoundedBuffer<string>
  #status: "open" | "ended" | "gone" = "open"
  #dropped = 0
  #flushing: Promise<void> | undefined
  #resolveClosed!: () => void

  constructor(name: SubscriptionName, port: SinkPort, { overflow = "wait", write = asItIs, ...limits }: AcceptOptions) {
    this.name = name
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve
    })
    this.#port = port
    this.#overflow = overflow
    this.#toJson = write
    this.#buffer = new BoundedBuffer(limits, port.held)
  }

  get isClosed(): boolean {
    return this.#status !== "open"
  }

  /** Items that wait for the subscriber. */
  get size(): number {
    return this.#buffer.size
  }

  /** How many more items may wait before the buffer is full; it is full sooner when they are long. */
  get capacity(): number {
    return this.#buffer.capacity
  }

  /** Items thrown away because the buffer was full. */
  get dropped(): number {
    return this.#dropped
  }

  /**
   * Sends an item; waits while the buffer is full, unless another policy was chosen. Gives whether the item was taken:
   * false when it was thrown away or the subscription is over.
   *
   * Rejects with a TypeError when the item is no JSON, with a {@link MessageTooLongError} when it is longer than the limit
   * `maxSendBytes`, and with the reason of `signal` when that aborts before the item
   * was taken; it is never sent then. A time limit is `{ signal: AbortSignal.timeout(ms) }`.
   */
  async send(item: Item, { signal }: Cancellable = {}): Promise<boolean> {
    const text = this.#text(item)
    checkpoint(signal)
    while (this.#overflow === "wait" && this.#mustWait(text)) await unlessCancelled(this.#flush(), signal)
    return this.#put(text)
  }

  /**
   * Sends an item without waiting. Gives whether it was taken: under the policy `wait`, not when the buffer is full.
   * Throws a TypeError when the item is no JSON, and a {@link MessageTooLongError} when it is too long.
   */
  trySend(item: Item): boolean {
    return this.#put(this.#text(item))
  }

  /** Ends the subscription; the subscriber gets what was sent before, then the end, or the error. Safe to call again. */
  close(error?: RpcError): void {
    if (this.#status !== "open") return
    const text = this.#endText(error)
    this.#status = "ended"
    if (text !== undefined) this.#write(text)
    this.#settle()
  }

  /** Ends the subscription without a word: nobody listens any more. */
  abandon(): void {
    if (this.#status === "gone") return
    this.#status = "gone"
    this.#buffer.clear()
    this.#settle()
  }

  #text(item: Item): string {
    const json = this.#toJson(item)
    const { method, params } = this.#port.spelling.item(this.name, json)
    const text = notificationText(method, json instanceof JsonText ? jsonFlavor.params(params) : params)
    if (isLongerThan(this.#port.maxBytes, text)) throw new MessageTooLongError(this.#port.maxBytes)
    return text
  }

  #endText(error: RpcError | undefined): string | undefined {
    const end = this.#port.spelling.end?.(this.name, error?.toObject())
    if (end === undefined) return undefined
    const text = notificationText(end.method, end.params)
    const { maxBytes } = this.#port
    return error !== undefined && error.code !== ServerCode.replyTooLong && isLongerThan(maxBytes, text)
      ? this.#endText(replyTooLong(maxBytes))
      : text
  }

  #put(text: string): boolean {
    if (this.#status !== "open") return false
    if (this.#mustWait(text) && !this.#makeRoom(text)) return false
    this.#write(text)
    return true
  }

  #mustWait(text: string): boolean {
    return this.#status === "open" && this.#isHeld && !this.#buffer.hasRoomFor(byteLength(text))
  }

  get #isHeld(): boolean {
    return this.#buffer.size > 0 || this.#port.isCongested()
  }

  #makeRoom(text: string): boolean {
    if (this.#overflow === "wait") return false
    this.#drop()
    if (this.#overflow === "close") this.close(new ServerError(ServerCode.tooSlow, "the subscriber reads too slowly"))
    if (this.#overflow !== "drop-oldest") return false
    const size = byteLength(text)
    for (this.#buffer.shift(); !this.#buffer.hasRoomFor(size); this.#buffer.shift()) this.#drop()
    return true
  }

  #drop(): void {
    this.#dropped++
    this.#port.onDropped()
  }

  #write(text: string): void {
    if (!this.#isHeld) return this.#port.write(text)
    this.#buffer.put(text, byteLength(text))
    void this.#flush()
  }

  /** Lets what waits leave, as fast as the subscriber reads. One flight at a time. */
  #flush(): Promise<void> {
    return (this.#flushing ??= this.#drain().finally(() => {
      this.#flushing = undefined
    }))
  }

  async #drain(): Promise<void> {
    while (this.#buffer.size > 0) {
      await this.#port.drained()
      while (this.#buffer.size > 0 && !this.#port.isCongested()) this.#port.write(this.#buffer.shift())
    }
  }

  #settle(): void {
    this.#resolveClosed()
    this.#port.onClosed(this.name)
  }
}

/** As `wait`, but rejects with the signal's reason when that comes first. */
function unlessCancelled(wait: Promise<void>, signal: Cancellation | undefined): Promise<void> {
  if (signal === undefined) return wait
  return new Promise((resolve, reject) => {
    const unlink = whenCancelled(signal, reject)
    void wait.then(resolve, reject).finally(unlink)
  })
}

function asItIs(item: unknown): unknown {
  return item
}
