import {
  CancelScope,
  ManualResetEvent,
  TaskGroup,
  TimeoutError,
  backoff,
  checkpoint,
  sleep,
  type Cancellable,
} from "@dchat/task"
import { canonicalUrl, parseUrl } from "@dchat/wire"
import type { Channel } from "../channel/channel.ts"
import { WrongStateError } from "../errors.ts"
import { profileOf } from "../settings/settings.ts"
import { ConnectError } from "../transport/error.ts"
import { withoutCredentials } from "../transport/transport.ts"
import { dial } from "./bring-up.ts"
import type { Session, SessionContext } from "./context.ts"
import { failureOf, isPermanent, textOf } from "./failure.ts"

/** The longest first pause before a peer is dialled again, in milliseconds. The longest of all is its connect timeout. */
const FIRST_PAUSE_MS = 1000

/** For how long a peer is kept up. */
type Claim =
  /** As long as the settings name it. */
  | "configured"
  /** As long as the session runs. */
  | "asked"
  /** Until there is a connection, which makes it `asked`, or until nobody waits for one any more. */
  | "awaited"

interface Kept {
  readonly first: Promise<Channel>
  /** Set when `first` is settled: those who wait for this leave nothing behind when they give up. */
  readonly settled: ManualResetEvent
  readonly scope: CancelScope
  claim: Claim
  /** How many wait for the first channel, but not for ever. */
  waiting: number
  /** Why the last attempt was in vain. */
  failure?: string
}

/** Options of {@link ManualSession.connect}. */
export interface ConnectOptions extends Cancellable {
  /** Gives up when there is no connection after this many milliseconds. Default: never. */
  readonly timeoutMs?: number | undefined
}

/** Keeps up connections to given peers (darkfi-net 6.4). */
export class ManualSession implements Session {
  readonly #node: SessionContext
  readonly #peers = new Map<string, Kept>()
  #tasks: TaskGroup | undefined

  constructor(node: SessionContext) {
    this.#node = node
  }

  async start(): Promise<void> {
    const { settings, runtime } = this.#node
    const { log, tasks: observer } = runtime
    this.#tasks = new TaskGroup({ supervise: (error) => log.error(textOf(error)), observer })
    if (settings.peers.length === 0) log.info("Not configured for connecting to given peers.")
    this.reload()
  }

  /** Connects to the peers that the settings name, and lets go of those that they do not name any more. */
  reload(): void {
    const { settings, runtime } = this.#node
    if (this.#tasks === undefined) return
    for (const [peer, kept] of this.#peers) {
      if (kept.claim === "configured" && !settings.peers.includes(peer)) this.#letGo(peer, kept)
    }
    for (const peer of settings.peers) {
      if (settings.seeds.includes(peer))
        runtime.log.info(`${withoutCredentials(peer)} is a seed: it is not kept connected as a peer`)
      else this.#keep(peer, "configured", this.#tasks)
    }
  }

  async stop(): Promise<void> {
    const tasks = this.#tasks
    this.#tasks = undefined
    tasks?.cancel()
    await tasks?.join()
    this.#peers.clear()
  }

  /**
   * Connects to a peer, and again whenever the connection is lost or cannot be made, for as long as the session runs. Without
   * options the wait is as long: a peer that is not there is tried for ever, at growing intervals.
   *
   * Whoever gives up, by `signal` or after `timeoutMs`, takes back what he asked for: if there was no connection yet, and
   * neither the settings nor anybody else want it, the peer is tried no more. A connection that is there is not touched by
   * either.
   *
   * @returns The first channel, once there is one. May be ignored if there are no options. Rejects if the session stops
   * before; with a {@link ConnectError} `unsupported-transport` or `bad-address` if no trying helps; with the reason of
   * `signal`; with a {@link ConnectError} `failed` after `timeoutMs`, which says why the last attempt was in vain and whose
   * cause is a `TimeoutError`.
   * @throws {WrongStateError} if the session does not run
   * @throws {FormatError} if the address is not a URL
   */
  connect(peer: string, options: ConnectOptions = {}): Promise<Channel> {
    if (this.#tasks === undefined) throw new WrongStateError("peers can be connected to while the network runs")
    const address = canonicalUrl(peer)
    const isPatient = options.signal === undefined && options.timeoutMs === undefined
    return isPatient ? this.#keep(address, "asked", this.#tasks).first : this.#await(address, this.#tasks, options)
  }

  /** Waits for the first channel for as long as the options say. */
  async #await(address: string, tasks: TaskGroup, { signal, timeoutMs }: ConnectOptions): Promise<Channel> {
    checkpoint(signal)
    const scope = new CancelScope(signal, { timeoutMs, clock: this.#node.runtime.clock })
    const kept = this.#keep(address, "awaited", tasks)
    kept.waiting++
    try {
      await kept.settled.wait({ signal: scope })
      return await kept.first
    } catch (error) {
      checkpoint(signal)
      if (!(error instanceof TimeoutError) || error !== scope.reason) throw error
      const last = kept.failure === undefined ? "" : `; the last attempt: ${kept.failure}`
      const reason = `no connection within ${error.ms} ms${last}`
      throw new ConnectError("failed", `cannot connect to ${withoutCredentials(address)}`, reason, { cause: error })
    } finally {
      scope[Symbol.dispose]()
      if (--kept.waiting === 0 && kept.claim === "awaited") this.#letGo(address, kept)
    }
  }

  #letGo(address: string, kept: Kept): void {
    if (this.#peers.get(address) === kept) this.#peers.delete(address)
    this.#node.repeats.forget(address)
    kept.scope.cancel()
  }

  #keep(address: string, claim: Claim, tasks: TaskGroup): Kept {
    const known = this.#peers.get(address)
    if (known !== undefined) {
      if (known.claim === "awaited") known.claim = claim
      return known
    }
    const scope = new CancelScope(tasks.scope)
    let resolve: (channel: Channel) => void = nothing
    let reject: (error: unknown) => void = nothing
    const first = new Promise<Channel>((onConnected, onFailed) => {
      resolve = onConnected
      reject = onFailed
    })
    const settled = new ManualResetEvent()
    const settle = (): void => settled.set()
    first.then(settle, settle)
    const kept: Kept = { first, settled, scope, claim, waiting: 0 }
    this.#peers.set(address, kept)
    void tasks.spawn(async () => {
      try {
        await this.#keepUp(address, kept, resolve)
      } catch (error) {
        // Other settings may allow the address: who asks then starts anew.
        if (this.#peers.get(address) === kept) this.#peers.delete(address)
        reject(error)
        if (!scope.cancelled) throw error
      } finally {
        scope[Symbol.dispose]()
      }
    })
    return kept
  }

  async #keepUp(address: string, kept: Kept, onConnected: (channel: Channel) => void): Promise<never> {
    const { scope: signal } = kept
    const { clock, random, log } = this.#node.runtime
    const { connectTimeoutMs: maxMs } = profileOf(this.#node.settings, parseUrl(address).scheme)
    const startPauses = (): Generator<number, never> => backoff({ baseMs: FIRST_PAUSE_MS, maxMs, random })
    let pauses = startPauses()
    for (;;) {
      try {
        const channel = await dial(address, "manual", this.#node, { signal })
        onConnected(channel)
        if (kept.claim === "awaited") kept.claim = "asked"
        this.#node.repeats.forget(address)
        const connectedAt = clock.monotonic()
        await channel.stopped
        await channel.stop()
        // A peer that takes us in only to close again is no reason to hurry.
        if (clock.monotonic() - connectedAt > maxMs) pauses = startPauses()
      } catch (error) {
        checkpoint(signal)
        if (isPermanent(error)) throw error
        const failure = failureOf(error)
        if (failure === undefined) log.error(`Connecting to ${withoutCredentials(address)} failed`, { error })
        else {
          kept.failure = failure
          const level = this.#node.repeats.isNews(address, failure) ? "info" : "debug"
          log[level](`No connection to ${withoutCredentials(address)}: ${failure}; trying again`)
        }
      }
      await sleep(pauses.next().value, { signal, clock })
    }
  }
}

function nothing(): void {}
