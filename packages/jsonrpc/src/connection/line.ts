import type { Clock } from "@dchat/runtime"
import type { Transport } from "../transport/transport.ts"
import { Life } from "./lifecycle.ts"
import type { LineLimits } from "./line-limits.ts"

/**
 * Within a turn, messages leave when this many wait: the other side then works on them while we work on. One write per
 * turn makes the two take turns; one per message costs a system call each (measured: 16 is up to twice as fast as both).
 */
const FLUSH_AT_MESSAGES = 16

const TAKEN: Promise<void> = /* @__PURE__ */ Promise.resolve()

/**
 * The layer of a connection that writes: sends messages together, at the end of the turn and sooner when many wait, looks
 * whether the other side takes them, and ends the connection to one that leaves far too much.
 */
export abstract class Line extends Life {
  readonly #limits: LineLimits
  #waiting = 0
  #flushes = 0
  /** Resolves when the other side, which reads more slowly than it is sent to, has caught up. */
  #congestion: Promise<void> | undefined

  constructor(transport: Transport, clock: Clock, limits: LineLimits) {
    super(transport, clock)
    this.#limits = limits
  }

  get bufferedBytes(): number {
    return this.transport.bufferedBytes
  }

  /** Flushes so far. What is sent now leaves when this number grows. */
  protected get flushes(): number {
    return this.#flushes
  }

  /** Whether the other side reads more slowly than it is sent to. */
  protected get isCongested(): boolean {
    return this.#congestion !== undefined
  }

  protected send(text: string): void {
    this.transport.send(text)
    this.#waiting++
    if (this.#waiting === 1) this.clock.defer(() => this.flush())
    else if (this.#waiting === FLUSH_AT_MESSAGES) this.flush()
  }

  protected override flush(): void {
    if (this.#waiting === 0) return
    this.#waiting = 0
    this.#flushes++
    this.transport.flush()
    this.#look()
  }

  /** Resolves when the other side keeps up with reading. */
  protected keepsUp(): Promise<void> {
    return this.#congestion ?? TAKEN
  }

  /** The connection ends because the other side does not read. */
  protected onTooSlow(): void {}

  /** The flow is clear again. */
  protected onDrained(): void {}

  #look(): void {
    const waiting = this.transport.bufferedBytes
    const { pauseAtBytes, closeAtBytes } = this.#limits
    if (waiting > closeAtBytes) {
      this.onTooSlow()
      this.complain(new Error(`the other side left more than ${closeAtBytes} bytes unread`))
      void this.transport.close()
    } else if (waiting > pauseAtBytes) {
      this.#congestion ??= this.transport.drained().then(() => {
        this.#congestion = undefined
        this.onDrained()
      })
    }
  }
}
