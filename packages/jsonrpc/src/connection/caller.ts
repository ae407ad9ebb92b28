import type { Clock } from "@dchat/runtime"
import { platformTimers } from "@dchat/runtime/platform"
import type { SubscribeOptions, SubscriptionKeeper } from "../subscription/subscription.ts"
import type { PushTransport } from "../transport/transport.ts"
import type { OutgoingCall } from "./call.ts"
import { PendingCalls } from "./pending-calls.ts"
import type { NotificationMessage } from "../message/message.ts"
import { isId, isRecord, ownMembers, readResponse } from "../message/response.ts"
import { CallingHalf } from "./calling-half.ts"
import { DEFAULT_CLOSE_AT_BYTES, tooMuchUnread, type LineLimits } from "./line-limits.ts"

/** Options of a {@link Caller}. */
export interface CallerOptions {
  /** How long a call waits for its answer, in milliseconds; `Infinity` for ever. Default 60 s. */
  timeoutMs?: number
  limits?: Partial<Pick<LineLimits, "closeAtBytes">>
  /** Default: the platform's. */
  clock?: Clock
}

/**
 * A connection that only calls: small, for a page. Requests of the other side are answered with -32601, notifications that
 * belong to no subscription are dropped. It speaks plain JSON-RPC over a WebSocket or a port; for a dialect, for HTTP, or to
 * be called, take a `Connection`.
 */
export class Caller extends CallingHalf {
  protected readonly engine = new PendingCalls<OutgoingCall>({
    settled: (call, error, result) => call.end(error, result),
    stray: (error, late) => {
      if (!late) this.complain(error)
    },
  })
  readonly #closeAtBytes: number
  #willFlush = false
  #drained: Promise<void> | undefined

  /** @param transport Must have no reader yet. It belongs to the connection from now on. */
  constructor(transport: PushTransport, { clock = platformTimers, timeoutMs, limits }: CallerOptions = {}) {
    super(transport, clock, timeoutMs)
    this.#closeAtBytes = limits?.closeAtBytes ?? DEFAULT_CLOSE_AT_BYTES
    transport.readInto({
      messages: (frames) => {
        for (const frame of frames) if (this.status === "open" && typeof frame === "string") this.#receive(frame)
      },
      end: () => this.beginClose(),
      close: (error) => this.end(error),
    })
  }

  protected override makeSubscriptions({ subscriptions: Given }: SubscribeOptions): SubscriptionKeeper {
    if (Given === undefined) throw new Error("subscribe needs the option subscriptions")
    return new Given(this, this.clock, this.timeoutMs)
  }

  protected override send(text: string): void {
    this.transport.send(text)
    if (this.#willFlush) return
    this.#willFlush = true
    this.clock.defer(() => this.flush())
  }

  protected override flush(): void {
    this.#willFlush = false
    this.flushes++
    this.transport.flush()
    if (this.bufferedBytes <= this.#closeAtBytes) return
    this.complain(tooMuchUnread(this.#closeAtBytes))
    void this.transport.close()
  }

  protected override keepsUp(): Promise<void> {
    return (this.#drained ??= this.transport.drained().finally(() => (this.#drained = undefined)))
  }

  /** A timer for each call: in a page there are few at a time. */
  protected override keepTime(call: OutgoingCall, ms: number): void {
    call.timer = this.clock.setTimer(ms, () => this.timeOut(call))
  }

  /**
   * Takes a text that came in. Never throws.
   *
   * What is no message means nothing. How deep it is nested does not matter: nothing here walks through values.
   */
  #receive(text: string): void {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      return
    }
    const isBatch = Array.isArray(value)
    const messages = (isBatch ? value : [value]) as unknown[]
    const source = { text }
    const refusals: object[] = []
    messages.forEach((message, index) => {
      if (!isRecord(message)) return
      const call = ownMembers(message) as Partial<NotificationMessage> & { readonly id?: unknown }
      const place = isBatch ? index : undefined
      if (call.method === undefined) this.engine.settle(readResponse(message), source, place)
      else if (call.id !== undefined) refusals.push(refusal(call.id))
      else this.takeNews(call as NotificationMessage, source, place)
    })
    if (refusals.length > 0) this.send(JSON.stringify(isBatch ? refusals : refusals[0]))
    this.engine.settleRest(source)
  }
}

/** What somebody hears who calls a side that serves nothing. */
function refusal(id: unknown): object {
  return { jsonrpc: "2.0", id: isId(id) ? id : null, error: { code: -32601, message: "Method not found" } }
}
