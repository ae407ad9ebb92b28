import type { Timer, Timers } from "@dchat/runtime"
import type { PushTransport } from "../transport/transport.ts"
import { ConnectionClosedError, type Sent } from "./errors.ts"

/**
 * Where a connection is in its life. `finishing`: what was begun is ended, nothing new is begun. `closing`: everything is
 * settled, the last bytes leave. `closed`: the transport is gone.
 */
export type ConnectionStatus = "open" | "finishing" | "closing" | "closed"

/** A connection goes forward only, and may leave out what is between. */
const ORDER: readonly ConnectionStatus[] = ["open", "finishing", "closing", "closed"]

/** How long the other side has to take the last bytes and to close, when we close. */
const LINGER_MS = 500

/**
 * The lowest layer of a connection: how it comes to its end, and why.
 *
 * The layers of a connection are one object, for there may be many thousand idle ones.
 */
export abstract class Life {
  protected readonly transport: PushTransport
  protected readonly clock: Timers
  #status: ConnectionStatus = "open"
  #patience: Timer | undefined
  /** What went wrong, as far as anybody has said. */
  #complaint: Error | undefined
  #closed: Promise<Error | undefined> | undefined
  #resolveClosed: ((error: Error | undefined) => void) | undefined

  constructor(transport: PushTransport, clock: Timers) {
    this.transport = transport
    this.clock = clock
  }

  get status(): ConnectionStatus {
    return this.#status
  }

  get closed(): Promise<Error | undefined> {
    return (this.#closed ??= new Promise((resolve) => {
      if (this.#status === "closed") resolve(this.#complaint)
      else this.#resolveClosed = resolve
    }))
  }

  async close(): Promise<void> {
    this.beginClose()
    await this.closed
  }

  /** Lets what waits to be sent leave now. */
  protected abstract flush(): void

  /** Takes nothing in any more, and ends every wait. Called when closing begins and again when the transport is gone. */
  protected abstract settle(): void

  /** Says what went wrong, for when the connection closes without a better reason. */
  protected complain(error: Error | undefined): void {
    this.#complaint = error
  }

  /** Settles everything, and gives the last bytes a moment to leave. */
  protected beginClose(): void {
    if (this.#status === "open") this.#complaint = undefined
    if (!this.enter("closing")) return
    this.flush()
    this.settle()
    this.transport.end()
    this.#patience = this.clock.setTimer(LINGER_MS, () => void this.transport.close())
  }

  /** The transport is gone. */
  protected end(error: Error | undefined): void {
    this.#complaint = error ?? this.#complaint
    this.enter("closed")
    this.settle()
    this.#patience?.cancel()
    this.#resolveClosed?.(this.#complaint)
  }

  /** The error of whatever cannot be done because the connection is closed. */
  protected closedError(sent: Sent): ConnectionClosedError {
    const why = this.#complaint === undefined ? "" : `: ${this.#complaint.message}`
    return new ConnectionClosedError(`the connection to ${this.transport.remote} is closed${why}`, sent, {
      cause: this.#complaint,
    })
  }

  /** Goes to another state. False when there is no way from here. */
  protected enter(status: ConnectionStatus): boolean {
    const isForward = ORDER.indexOf(status) > ORDER.indexOf(this.#status)
    if (isForward) this.#status = status
    return isForward
  }
}
