import type { Clock } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import type { SubscribeOptions, SubscriptionKeeper, SubscriptionsPort } from "../subscription/subscription.ts"
import type { PushTransport } from "../transport/transport.ts"
import type { OutgoingCall } from "./call.ts"
import { CallingEngine } from "./calling-engine.ts"
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
  protected readonly engine = new CallingEngine({
    send: (text) => this.send(text),
    take: (...news) => this.takeNews(...news),
    complain: (error) => this.complain(error),
  })
  readonly #closeAtBytes: number
  #turn: "fresh" | "has sent" = "fresh"
  #drained: Promise<void> | undefined

  /** @param transport Must have no reader yet. It belongs to the connection from now on. */
  constructor(transport: PushTransport, { clock = platformClock, timeoutMs, limits }: CallerOptions = {}) {
    super(transport, clock, timeoutMs)
    this.#closeAtBytes = limits?.closeAtBytes ?? DEFAULT_CLOSE_AT_BYTES
    transport.readInto({
      messages: (frames) => {
        for (const frame of frames) if (this.status === "open" && typeof frame === "string") this.engine.receive(frame)
      },
      end: () => this.beginClose(),
      close: (error) => this.end(error),
    })
  }

  protected override makeSubscriptions(
    port: SubscriptionsPort,
    { subscriptions: Given }: SubscribeOptions,
  ): SubscriptionKeeper {
    if (Given === undefined) throw new Error("to subscribe without a contract, give the option subscriptions")
    return new Given(port)
  }

  protected override send(text: string): void {
    this.transport.send(text)
    if (this.#turn === "has sent") return
    this.#turn = "has sent"
    this.clock.defer(() => this.flush())
  }

  protected override flush(): void {
    this.#turn = "fresh"
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
}
