import type { Transport } from "../transport/transport.ts"
import type { ConnectionLimits } from "./limits.ts"

const TAKEN: Promise<void> = Promise.resolve()

/** Whether the other side takes what it is sent; ends the connection to one that leaves far too much. */
export class Backpressure {
  readonly #transport: Pick<Transport, "bufferedBytes" | "drained" | "close">
  readonly #limits: Pick<ConnectionLimits, "pauseAtBytes" | "closeAtBytes">
  readonly #onDrained: () => void
  readonly #onTooMuch: (error: Error) => void
  #flow: "clear" | "congested" = "clear"

  /**
   * @param onDrained Called when the flow is clear again.
   * @param onTooMuch Called before the transport is closed because of the other side.
   */
  constructor(
    transport: Pick<Transport, "bufferedBytes" | "drained" | "close">,
    limits: Pick<ConnectionLimits, "pauseAtBytes" | "closeAtBytes">,
    onDrained: () => void,
    onTooMuch: (error: Error) => void,
  ) {
    this.#transport = transport
    this.#limits = limits
    this.#onDrained = onDrained
    this.#onTooMuch = onTooMuch
  }

  get isCongested(): boolean {
    return this.#flow === "congested"
  }

  /** Looks at how much waits. To be called after each flush. */
  look(): void {
    const waiting = this.#transport.bufferedBytes
    const { pauseAtBytes, closeAtBytes } = this.#limits
    if (waiting > closeAtBytes) {
      this.#onTooMuch(new Error(`the other side left more than ${closeAtBytes} bytes unread`))
      void this.#transport.close()
    } else if (waiting > pauseAtBytes && this.#flow === "clear") {
      this.#flow = "congested"
      void this.#transport.drained().then(() => {
        this.#flow = "clear"
        this.#onDrained()
      })
    }
  }

  /** Resolves when the other side keeps up with reading. */
  keepsUp(): Promise<void> {
    return this.#flow === "clear" ? TAKEN : this.#transport.drained()
  }
}
