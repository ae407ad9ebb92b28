import type { Clock, Timer } from "@dchat/runtime"
import type { Transport } from "../transport/transport.ts"
import { ConnectionClosedError, type Sent } from "./errors.ts"

/**
 * Where a connection is in its life. `finishing`: what was begun is ended, nothing new is begun. `closing`: everything is
 * settled, the last bytes leave. `closed`: the transport is gone.
 */
export type ConnectionStatus = "open" | "finishing" | "closing" | "closed"

const MOVES: Readonly<Record<ConnectionStatus, readonly ConnectionStatus[]>> = {
  open: ["finishing", "closing", "closed"],
  finishing: ["closing", "closed"],
  closing: ["closed"],
  closed: [],
}

/** How long the other side has to take the last bytes and to close, when we close. */
const LINGER_MS = 500

/** What a {@link Lifecycle} wants of the connection that it is the life of. */
export interface Mortal {
  /** Whether nothing is worked on and no answer is waited for. */
  isIdle(): boolean
  /** Lets what waits to be sent leave now. */
  flush(): void
  /** Takes nothing in any more, and ends every wait. Called when closing begins and again when the transport is gone. */
  settle(): void
}

/** How a connection comes to its end: by and by or at once, and why. */
export class Lifecycle {
  /** Resolves when the transport is gone, with what went wrong. */
  readonly closed: Promise<Error | undefined>
  readonly #transport: Pick<Transport, "remote" | "end" | "close">
  readonly #clock: Pick<Clock, "monotonic" | "setTimer">
  readonly #mortal: Mortal
  #status: ConnectionStatus = "open"
  #patience: Timer | undefined
  #patienceEnd = Infinity
  /** What went wrong, as far as anybody has said. */
  #complaint: Error | undefined
  #resolveClosed!: (error: Error | undefined) => void

  constructor(
    transport: Pick<Transport, "remote" | "end" | "close">,
    clock: Pick<Clock, "monotonic" | "setTimer">,
    mortal: Mortal,
  ) {
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve
    })
    this.#transport = transport
    this.#clock = clock
    this.#mortal = mortal
  }

  get status(): ConnectionStatus {
    return this.#status
  }

  /** Says what went wrong, for when the connection closes without a better reason. */
  complain(error: Error | undefined): void {
    this.#complaint = error
  }

  /** Closes when `signal` aborts. */
  endWith(signal: AbortSignal): void {
    const close = (): void => this.close()
    if (signal.aborted) return close()
    signal.addEventListener("abort", close, { once: true })
    void this.closed.then(() => signal.removeEventListener("abort", close))
  }

  /** Begins nothing new from now on. Gives `false` when that was so before. */
  finish(): boolean {
    if (!this.#enter("finishing")) return false
    this.#complaint = undefined
    return true
  }

  /** The other side sends nothing more; it may still wait, for so long at most, for what it has asked. */
  otherSideEnded(ms: number): void {
    if (this.#enter("finishing")) this.finishWithin(ms)
    else this.closeWhenIdle()
  }

  /** Closes when so much time is over, unless it is to be sooner already, or what was begun is ended before. */
  finishWithin(ms: number): void {
    if (this.#status === "finishing") this.#setPatience(ms, () => this.close())
    this.closeWhenIdle()
  }

  /** Closes if this was what a connection that finishes still waited for. */
  closeWhenIdle(): void {
    if (this.#status === "finishing" && this.#mortal.isIdle()) this.close()
  }

  /** Settles everything, and gives the last bytes a moment to leave. */
  close(): void {
    if (this.#status === "open") this.#complaint = undefined
    if (!this.#enter("closing")) return
    this.#mortal.flush()
    this.#mortal.settle()
    this.#transport.end()
    this.#patienceEnd = Infinity
    this.#setPatience(LINGER_MS, () => void this.#transport.close())
  }

  /** The transport is gone. */
  end(error: Error | undefined): void {
    this.#complaint = error ?? this.#complaint
    this.#enter("closed")
    this.#mortal.settle()
    this.#patience?.cancel()
    this.#resolveClosed(this.#complaint)
  }

  /** The error of whatever cannot be done because the connection is closed. */
  closedError(sent: Sent): ConnectionClosedError {
    const why = this.#complaint === undefined ? "" : `: ${this.#complaint.message}`
    return new ConnectionClosedError(`the connection to ${this.#transport.remote} is closed${why}`, sent, {
      cause: this.#complaint,
    })
  }

  /** Calls back when so much time is over, unless it was to be called sooner already. */
  #setPatience(ms: number, callback: () => void): void {
    const end = this.#clock.monotonic() + ms
    if (end >= this.#patienceEnd) return
    this.#patienceEnd = end
    this.#patience?.cancel()
    this.#patience = this.#clock.setTimer(ms, callback)
  }

  #enter(status: ConnectionStatus): boolean {
    if (!MOVES[this.#status].includes(status)) return false
    this.#status = status
    return true
  }
}
