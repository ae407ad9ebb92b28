import type { Clock, Random, Timer } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import { backoff, Publisher, type Subscription as Watch } from "@dchat/task"
import type { BatchCall, BatchOutcome, CallOptions } from "../connection/call.ts"
import type { Connection } from "../connection/connection.ts"
import { CallCancelledError, CallTimeoutError, ConnectionClosedError } from "../connection/errors.ts"
import type { ConnectionStatus } from "../connection/lifecycle.ts"
import type { Peer } from "../connection/peer.ts"
import type { Params } from "../message/message.ts"
import type { SubscribeOptions, Subscription } from "../subscription/subscription.ts"
import { AddressError } from "../transport/address.ts"
import { mayTurn, type LinkState } from "./link-state.ts"
import { Resubscription } from "./resubscription.ts"

/**
 * Opens a connection. Called for every attempt, so that what a connection needs, such as a token that runs out, is fetched
 * anew. `signal` aborts when nobody wants the connection any more.
 */
export type OpenConnection = (signal: AbortSignal) => Promise<Connection>

/** Options of {@link reconnecting}. */
export interface ReconnectOptions {
  /** The longest first delay between attempts, in milliseconds. Delays double, with full jitter. Default 100. */
  readonly baseMs?: number
  /** No delay is longer, in milliseconds. Default 30 s. */
  readonly maxMs?: number
  /** Attempts in a row that may fail before it closes for good. Default: no limit. */
  readonly maxAttempts?: number
  /** Calls that may wait for a connection at one time; one more fails at once. Default 1,024. */
  readonly maxWaiting?: number
  /** How long a call may take, the wait for a connection included, in milliseconds. Default 60 s. */
  readonly timeoutMs?: number
  /** Called with each new connection before anybody else may use it: to log in. What it throws ends the attempt. */
  readonly onConnected?: (connection: Connection) => Promise<void>
  /** Default: the platform's. */
  readonly clock?: Clock
  /** Default: the platform's. */
  readonly random?: Pick<Random, "float">
}

/** A {@link Peer} that outlives its connections. */
export interface ReconnectingPeer extends Peer {
  /** How it is doing now. */
  readonly link: LinkState
  /** Every change from now on. */
  watch(): Watch<LinkState>
}

/**
 * A peer that is reached again whenever its connection is lost. Give it to `client`.
 *
 * A call waits for a connection. One that was on its way when the connection was lost fails, and `sent` says whether it may
 * have been carried out; with the option `idempotent` it is made again. A call that has failed is never sent later.
 * Notifications do not wait. Subscriptions are made again with each connection; what came in between is lost.
 */
export function reconnecting(open: OpenConnection, options: ReconnectOptions = {}): ReconnectingPeer {
  return new Reconnecting(open, options)
}

interface Waiter {
  resolve(connection: Connection): void
  reject(error: Error): void
}

class Reconnecting implements ReconnectingPeer {
  readonly closed: Promise<Error | undefined>
  readonly state = new Map<unknown, unknown>()
  readonly #open: OpenConnection
  readonly #options: ReconnectOptions
  readonly #clock: Clock
  readonly #timeoutMs: number
  readonly #changes = new Publisher<LinkState>()
  readonly #stop = new AbortController()
  readonly #waiters = new Set<Waiter>()
  readonly #subscriptions = new Set<Resubscription>()
  #link: LinkState = { kind: "connecting", attempt: 1 }
  #remote = ""
  #delays: Generator<number, never>
  #timer: Timer | undefined
  #resolveClosed!: (error: Error | undefined) => void

  constructor(open: OpenConnection, options: ReconnectOptions) {
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve
    })
    this.#open = open
    this.#options = options
    this.#clock = options.clock ?? platformClock
    this.#timeoutMs = options.timeoutMs ?? 60_000
    this.#delays = backoff(options)
    void this.#connect(1)
  }

  get link(): LinkState {
    return this.#link
  }

  get remote(): string {
    return this.#remote
  }

  get status(): ConnectionStatus {
    return this.#link.kind === "closed" ? "closed" : "open"
  }

  get bufferedBytes(): number {
    return this.#live?.bufferedBytes ?? 0
  }

  watch(): Watch<LinkState> {
    return this.#changes.subscribe()
  }

  request(method: string, params?: Params, options: CallOptions = {}): Promise<unknown> {
    return this.#call(options, (connection, rest) => connection.request(method, params, rest))
  }

  batch(calls: readonly BatchCall[], options: CallOptions = {}): Promise<BatchOutcome[]> {
    return this.#call({ ...options, idempotent: false }, (connection, rest) => connection.batch(calls, rest))
  }

  notify(method: string, params?: Params): Promise<void> {
    if (this.#live !== undefined) return this.#live.notify(method, params)
    const refused = Promise.reject(this.#notConnected())
    refused.catch(() => {})
    return refused
  }

  subscribe(method: string, params?: Params, options: SubscribeOptions = {}): Subscription {
    const make = (connection: Connection): Subscription => connection.subscribe(method, params, options)
    const subscription = new Resubscription(make, options.signal, () => void this.#subscriptions.delete(subscription))
    if (this.#link.kind === "closed") subscription.finish(this.#notConnected())
    else this.#subscriptions.add(subscription)
    if (this.#live !== undefined) subscription.attach(this.#live)
    return subscription
  }

  async close(): Promise<void> {
    const connection = this.#link.kind === "connected" ? this.#link.connection : undefined
    this.#end(undefined)
    await connection?.close()
  }

  /** The connection, if it can be used. */
  get #live(): Connection | undefined {
    return this.#link.kind === "connected" && this.#link.connection.status === "open"
      ? this.#link.connection
      : undefined
  }

  async #call<T>(
    { timeoutMs = this.#timeoutMs, idempotent = false, ...options }: CallOptions,
    make: (connection: Connection, options: CallOptions) => Promise<T>,
  ): Promise<T> {
    const deadline = this.#clock.monotonic() + timeoutMs
    for (;;) {
      const connection = this.#live ?? (await this.#connection(deadline, options.signal))
      try {
        return await make(connection, { ...options, timeoutMs: deadline - this.#clock.monotonic() })
      } catch (error) {
        if (!idempotent || !(error instanceof ConnectionClosedError)) throw error
      }
    }
  }

  /** Waits for a connection. Nothing was sent when it rejects. */
  #connection(deadline: number, signal: AbortSignal | undefined): Promise<Connection> {
    if (this.#link.kind === "closed" || this.#waiters.size >= (this.#options.maxWaiting ?? 1024)) {
      return Promise.reject(this.#notConnected())
    }
    return new Promise((resolve, reject) => {
      const done = (): void => {
        this.#waiters.delete(waiter)
        timer?.cancel()
        signal?.removeEventListener("abort", abort)
      }
      const waiter: Waiter = {
        resolve: (connection) => {
          done()
          resolve(connection)
        },
        reject: (error) => {
          done()
          reject(error)
        },
      }
      const abort = (): void =>
        waiter.reject(new CallCancelledError("the call was cancelled", "no", { cause: signal?.reason as unknown }))
      const giveUp = (): void => waiter.reject(new CallTimeoutError("there was no connection in time", "no"))
      const timer = deadline === Infinity ? undefined : this.#clock.setTimer(deadline - this.#clock.monotonic(), giveUp)
      if (signal?.aborted === true) return abort()
      signal?.addEventListener("abort", abort, { once: true })
      this.#waiters.add(waiter)
    })
  }

  async #connect(attempt: number): Promise<void> {
    try {
      const connection = await this.#open(this.#stop.signal)
      if (this.#stop.signal.aborted) return await connection.close()
      await this.#welcome(connection)
    } catch (error) {
      if (error instanceof AddressError) this.#end(error)
      else this.#retry(attempt, error as Error)
    }
  }

  async #welcome(connection: Connection): Promise<void> {
    try {
      await this.#options.onConnected?.(connection)
    } catch (error) {
      await connection.close()
      throw error
    }
    if (!this.#turn({ kind: "connected", connection })) return connection.close()
    this.#remote = connection.remote
    this.#delays = backoff(this.#options)
    void connection.closed.then((error) => this.#retry(0, error))
    for (const subscription of [...this.#subscriptions]) subscription.attach(connection)
    for (const waiter of [...this.#waiters]) waiter.resolve(connection)
  }

  #retry(attempt: number, error: Error | undefined): void {
    const { maxAttempts = Infinity } = this.#options
    if (attempt >= maxAttempts) return this.#end(error)
    const delayMs = this.#delays.next().value
    if (!this.#turn({ kind: "waiting", attempt, delayMs, error })) return
    this.#timer = this.#clock.setTimer(delayMs, () => {
      if (this.#turn({ kind: "connecting", attempt: attempt + 1 })) void this.#connect(attempt + 1)
    })
  }

  /** It is over: everything that waits fails. */
  #end(error: Error | undefined): void {
    if (!this.#turn({ kind: "closed", error })) return
    this.#stop.abort()
    this.#timer?.cancel()
    this.#changes.close()
    for (const waiter of [...this.#waiters]) waiter.reject(this.#notConnected())
    for (const subscription of [...this.#subscriptions]) subscription.finish(this.#notConnected())
    this.#resolveClosed(error)
  }

  #turn(next: LinkState): boolean {
    if (!mayTurn(this.#link.kind, next.kind)) return false
    this.#link = next
    this.#changes.publish(next)
    return true
  }

  #notConnected(): ConnectionClosedError {
    const cause = "error" in this.#link ? this.#link.error : undefined
    const why = cause === undefined ? "" : `: ${cause.message}`
    return new ConnectionClosedError(`there is no connection${why}`, "no", { cause })
  }
}
