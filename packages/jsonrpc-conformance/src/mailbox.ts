import type { Clock } from "@dchat/runtime"
import type { Wire, WireReader } from "./wire.ts"

/** Keeps what came over a wire, and waits for more of it. */
export class Mailbox implements WireReader {
  /** Every text that came, read as JSON. What is no JSON is kept as `undefined`. */
  readonly messages: unknown[] = []
  readonly texts: string[] = []
  readonly #clock: Pick<Clock, "setTimer">
  #status: "open" | "closed" = "open"
  #onChange: () => void = () => {}

  constructor(wire: Wire, clock: Pick<Clock, "setTimer">) {
    this.#clock = clock
    wire.readInto(this)
  }

  /** Whether the other side has closed. */
  get isClosed(): boolean {
    return this.#status === "closed"
  }

  text(text: string): void {
    this.texts.push(text)
    this.messages.push(parse(text))
    this.#onChange()
  }

  closed(): void {
    this.#status = "closed"
    this.#onChange()
  }

  /** Waits until something holds, the other side closes, or the time, in milliseconds, is over. Gives whether it holds. */
  until(test: () => boolean, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(timeoutMs, () => settle())
      const settle = (): void => {
        timer.cancel()
        this.#onChange = () => {}
        resolve(test())
      }
      const look = (): void => {
        if (test() || this.isClosed) settle()
      }
      this.#onChange = look
      look()
    })
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
