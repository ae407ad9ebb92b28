import { ManualResetEvent, checkpoint, sleep, type Cancellable, type CancelScope } from "@dchat/task"
import { schemeOf } from "../hosts/answer.ts"
import { dialableSchemes } from "../hosts/mixing.ts"
import { addressRequest } from "../protocol/address.ts"
import { askPeers } from "./ask-peers.ts"
import type { SessionContext } from "./context.ts"
import { failureOf, isNobodysFault } from "./failure.ts"
import type { SeedSession } from "./seed.ts"

/** Peers are asked in the first attempts alone; one more that is in vain, and there is a longer pause. */
const ATTEMPTS_WITH_PEERS = 2
const MOST_ATTEMPTS = 3
/** So many hosts that were dialled in vain are passed over. */
const MOST_IN_VAIN = 4096

/** What the discovery needs of the direct session. */
export interface DirectConnections {
  get(url: string, options: Cancellable): Promise<Helper>
}

/** The use of a channel, until it is released. */
interface Helper {
  release(): Promise<void>
}

/**
 * Finds more hosts for a node that keeps no outbound connections but makes direct ones (darkfi-net 6.7): asks the peers
 * that it has, or one whom it connects to for that, or the seeds. Idle until `start`.
 */
export class DirectDiscovery {
  readonly #node: SessionContext
  readonly #direct: DirectConnections
  readonly #seeds: SeedSession
  readonly #wanted = new ManualResetEvent()
  #attempt = 0
  /** Who was dialled in vain since somebody was there. They come again when nobody else is left. */
  readonly #inVain = new Set<string>()

  constructor(node: SessionContext, direct: DirectConnections, seeds: SeedSession) {
    this.#node = node
    this.#direct = direct
    this.#seeds = seeds
  }

  /** More hosts are wanted, until `stop`. */
  start(): void {
    this.#wanted.set()
  }

  stop(): void {
    this.#wanted.reset()
  }

  /** Works until the signal is cancelled. */
  async run(signal: CancelScope): Promise<never> {
    const { runtime, settings } = this.#node
    for (;;) {
      this.#say("wait")
      await this.#wanted.wait({ signal })
      await this.#round(signal)
      await sleep(settings.outboundPeerDiscoveryAttemptTime * 1000, { signal, clock: runtime.clock })
    }
  }

  async #round(signal: CancelScope): Promise<void> {
    const { channels, runtime, settings } = this.#node
    this.#attempt++
    if (this.#attempt > MOST_ATTEMPTS) {
      this.#say("sleep")
      await sleep(settings.outboundPeerDiscoveryCooloffTime * 1000, { signal, clock: runtime.clock })
      this.#attempt = 1
    }
    const helper = channels.peers().length === 0 ? await this.#connect(signal) : undefined
    try {
      if (channels.peers().length > 0 && this.#attempt <= ATTEMPTS_WITH_PEERS) {
        this.#say("getaddr")
        const request = { ...addressRequest(settings), max: settings.getaddrsMax ?? 1 }
        const found = await askPeers(this.#node, request, settings.outboundPeerDiscoveryAttemptTime * 1000, signal)
        this.#attempt = found ? 0 : MOST_ATTEMPTS
      } else if (settings.seeds.length > 0) {
        this.#say("seed")
        this.#seeds.query().catch(nothing)
      }
    } finally {
      await helper?.release()
    }
  }

  /** A channel to somebody whom we know, proven ones first; undefined if there is nobody, or nobody there. */
  async #connect(signal: CancelScope): Promise<Helper | undefined> {
    const { hosts, settings, runtime, doubts } = this.#node
    const dialable = dialableSchemes(settings)
    const own = new Set([...settings.seeds, ...hosts.externalAddrs])
    const accept = ({ url }: { readonly url: string }): boolean =>
      dialable.includes(schemeOf(url)) && !own.has(url) && !this.#inVain.has(url) && hosts.may(url, "connect")
    const draw = (colour: "gold" | "white" | "grey") => hosts.lists.spread(colour, 1, accept, runtime.random)[0]
    const host = draw("gold") ?? draw("white") ?? draw("grey")
    if (host === undefined || this.#inVain.size >= MOST_IN_VAIN) this.#inVain.clear()
    if (host === undefined) return undefined
    this.#say("newchan")
    const attempt = doubts.begin()
    try {
      const helper = await this.#direct.get(host.url, { signal })
      this.#inVain.clear()
      return helper
    } catch (error) {
      checkpoint(signal)
      if (failureOf(error) === undefined) throw error
      this.#inVain.add(host.url)
      if (!isNobodysFault(error)) doubts.failed(attempt, error, () => hosts.fail(host.url))
      return undefined
    }
  }

  #say(state: "wait" | "sleep" | "newchan" | "getaddr" | "seed"): void {
    this.#node.dnet.publish({ event: "direct_peer_discovery", info: { attempt: this.#attempt, state } })
  }
}

/** What goes wrong on a visit is logged by the session. */
function nothing(): void {}
