import type { Clock } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import type { Frame } from "../framing/framing.ts"
import type { SubscribeOptions, SubscriptionKeeper, SubscriptionsPort } from "../subscription/subscription.ts"
import type { Transport } from "../transport/transport.ts"
import type { OutgoingCall } from "./call.ts"
import { CallingEngine } from "./calling-engine.ts"
import { CallingHalf, DEFAULT_TIMEOUT_MS } from "./calling-half.ts"
import { DEFAULT_LINE_LIMITS, type LineLimits } from "./line-limits.ts"

/** Options of a {@link Caller}. */
export interface CallerOptions {
  /** How long a call waits for its answer, in milliseconds; `Infinity` for ever. Default 60 s. */
  timeoutMs?: number
  limits?: Partial<LineLimits>
  /** Default: the platform's. */
  clock?: Clock
}

/**
 * A connection that only calls: small, for a page. Requests of the other side are answered with -32601, notifications that
 * belong to no subscription are dropped. It speaks plain JSON-RPC over a WebSocket or a port; for a dialect, for HTTP, or to be called, take a `Connection`.
 */
export class Caller extends CallingHalf {
  protected readonly engine = new CallingEngine<OutgoingCall>()

  /** @param transport Must have no reader yet. It belongs to the connection from now on. */
  constructor(transport: Transport, options: CallerOptions = {}) {
    super(transport, {
      clock: options.clock ?? platformClock,
      limits: { ...DEFAULT_LINE_LIMITS, ...options.limits },
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    })
    transport.readInto({
      messages: (frames) => frames.forEach((frame) => this.#take(frame)),
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

  #take(frame: Frame): void {
    if (this.status !== "open" || typeof frame !== "string") return
    const events = this.engine.receive(frame)
    for (const event of events) this.handle(event, frame, events.length)
  }
}
