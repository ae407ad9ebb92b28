import type { Clock } from "@dchat/runtime"
import type { PushTransport } from "../transport/transport.ts"
import { tooMuchUnread, type LineLimits } from "./line-limits.ts"
import { TimedCalls } from "./timed-calls.ts"

/**
 * Within a turn, messages leave when so many wait: the other side then works on them while we work on. One write per turn
 * makes the two take turns; one per message costs a system call each.
 *
 * The first write wakes the other side; a later one need only come before it has run dry, so each holds three times as many as
 * the one before. Measured (`bench/rpc`, TCP, against twice as many): with both ends on one core a server reaches 0.90 and 0.99
 * of what one write per turn gives, with 64 and with 1,024 in flight, where it had 0.85 and 1.02; on two cores it is as fast or
 * faster. A write at every 16th gives 0.85 and 0.93 there.
 */
const FIRST_FLUSH_MESSAGES = 16
const FLUSH_GROWTH = 3

/** Or when so many UTF-16 units wait, however few messages they are. */
const FLUSH_UNITS = 16 * 1024

const TAKEN: Promise<void> = /* @__PURE__ */ Promise.resolve()

/**
 * The layer of a connection that writes: sends messages together, at the end of the turn and sooner when many wait, looks
 * whether the other side takes them, and ends the connection to one that leaves far too much.
 */
export abstract class Line extends TimedCalls {
  readonly #limits: LineLimits
  #waiting = 0
  #waitingUnits = 0
  /** How many messages the next flush within this turn waits for; 0 while no turn has sent any. */
  #flushAt = 0
  /** Resolves when the other side, which reads more slowly than it is sent to, has caught up. */
  #congestion: Promise<void> | undefined

  constructor(transport: PushTransport, clock: Clock, timeoutMs: number | undefined, limits: LineLimits) {
    super(transport, clock, timeoutMs)
    this.#limits = limits
  }

  /** Whether the other side reads more slowly than it is sent to. */
  protected get isCongested(): boolean {
    return this.#congestion !== undefined
  }

  protected override send(text: string): void {
    this.transport.send(text)
    this.#waiting++
    this.#waitingUnits += text.length
    if (this.#flushAt === 0) {
      this.#flushAt = FIRST_FLUSH_MESSAGES
      this.clock.defer(() => this.#endTurn())
    } else if (this.#waiting >= this.#flushAt || this.#waitingUnits >= FLUSH_UNITS) {
      this.#flushAt *= FLUSH_GROWTH
      this.flush()
    }
  }

  #endTurn(): void {
    this.#flushAt = 0
    this.flush()
  }

  protected override flush(): void {
    if (this.#waiting === 0) return
    this.#waiting = 0
    this.#waitingUnits = 0
    this.flushes++
    this.transport.flush()
    this.#look()
  }

  protected override keepsUp(): Promise<void> {
    return this.#congestion ?? TAKEN
  }

  /** The connection ends because the other side does not read. */
  protected onTooSlow(): void {}

  /** The flow is clear again. */
  protected onDrained(): void {}

  #look(): void {
    const waiting = this.bufferedBytes
    const { pauseAtBytes, closeAtBytes } = this.#limits
    if (waiting > closeAtBytes) {
      this.onTooSlow()
      this.complain(tooMuchUnread(closeAtBytes))
      void this.transport.close()
    } else if (waiting > pauseAtBytes) {
      this.#congestion ??= this.transport.drained().then(() => {
        this.#congestion = undefined
        this.onDrained()
      })
    }
  }
}
