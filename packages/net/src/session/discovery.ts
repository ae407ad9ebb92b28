import { ManualResetEvent, sleep, type CancelScope } from "@dchat/task"
import { addressRequest } from "../protocol/address.ts"
import { askPeers } from "./ask-peers.ts"
import type { SessionContext } from "./context.ts"
import type { SeedSession } from "./seed.ts"

/** While we know nobody, seeds are asked again after these pauses, in milliseconds; then at the usual pace. */
const IMPATIENT_PAUSES_MS = [500, 1000, 2000, 4000]

/** After so many questions to peers in vain, seeds are asked. */
const PEERS_IN_VAIN = 2

/**
 * Finds more peers when outbound slots have nobody to dial: asks the peers that we have, and the seeds if that is of no
 * use (darkfi-net 6.3). One task, idle until `request`.
 */
export class PeerDiscovery {
  readonly #node: SessionContext
  readonly #seeds: SeedSession
  readonly #onRound: () => void
  readonly #wanted = new ManualResetEvent()
  /** The next round is for the seeds. */
  #seedsWanted = false
  #inVain = 0
  #impatience = 0

  /** @param onRound Called at the end of each round, when slots should look again. */
  constructor(node: SessionContext, seeds: SeedSession, onRound: () => void) {
    this.#node = node
    this.#seeds = seeds
    this.#onRound = onRound
  }

  /** Somebody must be found. */
  request(): void {
    this.#wanted.set()
  }

  /**
   * The seeds must be asked, if there are any, whoever else we know: in the next round, since rounds follow one another and
   * whoever observes them sees each begin and end.
   */
  requestSeeds(): void {
    if (this.#node.settings.seeds.length === 0) return
    this.#seedsWanted = true
    this.#wanted.set()
  }

  /** Works until the signal is cancelled. */
  async run(signal: CancelScope): Promise<never> {
    const { clock } = this.#node.runtime
    for (;;) {
      this.#say("wait")
      await this.#wanted.wait({ signal })
      const pauseMs = await this.#round(signal)
      if (!this.#seedsWanted) this.#wanted.reset()
      this.#onRound()
      await sleep(pauseMs, { signal, clock })
    }
  }

  /** Returns how long to wait before the next round, in milliseconds. */
  async #round(signal: CancelScope): Promise<number> {
    const { channels, hosts, settings, runtime } = this.#node
    const attemptMs = settings.outboundPeerDiscoveryAttemptTime * 1000
    if (hosts.knowsNobody && settings.seeds.length > 0) {
      // The seeds were asked a moment ago, so the pause comes first.
      const pauseMs = Math.min(IMPATIENT_PAUSES_MS[this.#impatience++] ?? attemptMs, attemptMs)
      await sleep(pauseMs, { signal, clock: runtime.clock })
      if (hosts.knowsNobody) {
        this.#askSeeds()
        return 0
      }
    }
    this.#impatience = 0
    const isForPeers = !this.#seedsWanted && this.#inVain < PEERS_IN_VAIN && channels.peers().length > 0
    if (isForPeers) await this.#askPeers(attemptMs, signal)
    else this.#askSeeds()
    return attemptMs
  }

  #askSeeds(): void {
    this.#seedsWanted = false
    if (this.#node.settings.seeds.length > 0) {
      this.#say("seed")
      // Slots look again when addresses arrive: a seed that is slow keeps nobody.
      this.#seeds.query().catch(nothing)
    }
    this.#inVain = 0
  }

  async #askPeers(attemptMs: number, signal: CancelScope): Promise<void> {
    this.#say("getaddr")
    const found = await askPeers(this.#node, addressRequest(this.#node.settings), attemptMs, signal)
    this.#inVain = found ? 0 : this.#inVain + 1
  }

  #say(state: "wait" | "seed" | "getaddr"): void {
    this.#node.dnet.publish({ event: "outbound_peer_discovery", info: { attempt: this.#inVain, state } })
  }
}

/** What goes wrong on a visit is logged by the session. */
function nothing(): void {}
