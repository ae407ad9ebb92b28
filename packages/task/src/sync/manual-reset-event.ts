import { checkpoint, type Cancellable } from "../cancel/cancellation.ts"
import { WaitLine } from "../internal/wait-line.ts"

/**
 * A gate that stays open once it was opened, until it is closed again. The reference's CondVar (darkfi-rpc-and-apps 1.2).
 */
export class ManualResetEvent {
  readonly #waiting = new WaitLine<void>()
  #isSet = false

  get isSet(): boolean {
    return this.#isSet
  }

  /** Lets everyone pass who waits or comes, until `reset`. Setting it again does nothing. */
  set(): void {
    this.#isSet = true
    for (const waiter of this.#waiting.drain()) waiter.resolve()
  }

  /** Makes those wait who come from now on. Who was let go stays free. */
  reset(): void {
    this.#isSet = false
  }

  /** Waits until it is set; not at all when it is. Does not reset it. Rejects with the signal's reason. */
  async wait({ signal }: Cancellable = {}): Promise<void> {
    checkpoint(signal)
    if (!this.#isSet) await this.#waiting.join(signal)
  }
}
