import { CancelScope, TaskGroup, backoff, checkpoint, sleep } from "@dchat/task"
import { canonicalUrl, parseUrl } from "@dchat/wire"
import type { Channel } from "../channel/channel.ts"
import { WrongStateError } from "../errors.ts"
import { profileOf } from "../settings/settings.ts"
import { withoutCredentials } from "../transport/transport.ts"
import { dial } from "./bring-up.ts"
import type { Session, SessionContext } from "./context.ts"
import { failureOf, isPermanent, textOf } from "./failure.ts"

/** The longest first pause before a peer is dialled again, in milliseconds. The longest of all is its connect timeout. */
const FIRST_PAUSE_MS = 1000

interface Kept {
  readonly first: Promise<Channel>
  /** Whether the settings name it, so that it goes when they do not any more. */
  readonly isConfigured: boolean
  readonly scope: CancelScope
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
    for (const [peer, { isConfigured, scope }] of this.#peers) {
      if (!isConfigured || settings.peers.includes(peer)) continue
      this.#peers.delete(peer)
      scope.cancel()
    }
    for (const peer of settings.peers) {
      if (settings.seeds.includes(peer))
        runtime.log.info(`${withoutCredentials(peer)} is a seed: it is not kept connected as a peer`)
      else void this.#keep(peer, true, this.#tasks)
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
   * Connects to a peer, and again whenever the connection is lost or cannot be made, for as long as the session runs.
   *
   * @returns The first channel, once there is one. May be ignored. Rejects if the session stops before, or if our
   * profiles do not allow the address.
   * @throws {WrongStateError} if the session does not run
   * @throws {FormatError} if the address is not a URL
   */
  connect(peer: string): Promise<Channel> {
    if (this.#tasks === undefined) throw new WrongStateError("peers can be connected to while the network runs")
    return this.#keep(canonicalUrl(peer), false, this.#tasks)
  }

  #keep(address: string, isConfigured: boolean, tasks: TaskGroup): Promise<Channel> {
    const known = this.#peers.get(address)
    if (known !== undefined) return known.first
    const scope = new CancelScope(tasks.scope)
    const first = new Promise<Channel>((resolve, reject) => {
      const keepUp = async (): Promise<void> => {
        try {
          await this.#keepUp(address, scope, resolve)
        } catch (error) {
          // Other settings may allow the address: who asks then starts anew.
          if (this.#peers.get(address)?.scope === scope) this.#peers.delete(address)
          reject(error)
          if (!scope.cancelled) throw error
        } finally {
          scope[Symbol.dispose]()
        }
      }
      void tasks.spawn(keepUp)
    })
    first.catch(nothing)
    this.#peers.set(address, { first, isConfigured, scope })
    return first
  }

  async #keepUp(address: string, signal: CancelScope, onConnected: (channel: Channel) => void): Promise<never> {
    const { clock, random, log } = this.#node.runtime
    const { connectTimeoutMs: maxMs } = profileOf(this.#node.settings, parseUrl(address).scheme)
    const startPauses = (): Generator<number, never> => backoff({ baseMs: FIRST_PAUSE_MS, maxMs, random })
    let pauses = startPauses()
    for (;;) {
      try {
        const channel = await dial(address, "manual", this.#node, { signal })
        onConnected(channel)
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
          const level = this.#node.repeats.isNews(address, failure) ? "info" : "debug"
          log[level](`No connection to ${withoutCredentials(address)}: ${failure}; trying again`)
        }
      }
      await sleep(pauses.next().value, { signal, clock })
    }
  }
}

function nothing(): void {}
