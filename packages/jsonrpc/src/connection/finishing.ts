import { Line } from "./line.ts"
import { Patience } from "./patience.ts"

/** The layer of a connection that ends it in good order: nothing new is begun, and what was begun is waited for. */
export abstract class Finishing extends Line {
  #patience: Patience | undefined

  /** Requests and notifications of the other side that are being worked on. */
  abstract get inFlight(): number

  /**
   * Closes in good order: takes no new requests, waits until those in flight are answered and our own calls have their
   * answers, then closes. When `timeoutMs` (default 5 s) is over, it closes as {@link close} does.
   */
  async finish({ timeoutMs = 5000 }: { timeoutMs?: number } = {}): Promise<void> {
    if (this.enter("finishing")) {
      this.complain(undefined)
      this.finishServing()
    }
    // Also when the other side has ended before, and was given longer for what it still waits for.
    this.#finishWithin(timeoutMs)
    await this.closed
  }

  /** What is served to the other side ends. */
  protected abstract finishServing(): void

  /** The other side sends nothing more; it may still wait, for so long at most, for what it has asked. */
  protected onEnd(): void {
    this.flush()
    this.failAll()
    if (this.enter("finishing")) this.#finishWithin(this.timeoutMs)
    else this.closeWhenIdle()
  }

  /** Closes when `signal` aborts. */
  protected endWith(signal: AbortSignal): void {
    const close = (): void => this.beginClose()
    if (signal.aborted) return close()
    signal.addEventListener("abort", close, { once: true })
    void this.closed.then(() => signal.removeEventListener("abort", close))
  }

  /** Closes if nothing is left that a connection which finishes still waits for. */
  protected closeWhenIdle(): void {
    if (this.status === "finishing" && this.inFlight === 0 && this.engine.pending.size === 0) this.beginClose()
  }

  protected override settle(): void {
    this.#patience?.cancel()
    super.settle()
  }

  /** Closes when so much time is over, unless it is to be sooner already, or what was begun is ended before. */
  #finishWithin(ms: number): void {
    if (this.status === "finishing") {
      this.#patience ??= new Patience(this.clock, () => this.beginClose())
      this.#patience.within(ms)
    }
    this.closeWhenIdle()
  }
}
