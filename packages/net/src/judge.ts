import type { Log } from "@dchat/runtime"
import { consequenceOf, describeFault, type Consequence, type PeerFault } from "./channel/fault.ts"
import type { Accused } from "./channel/options.ts"
import type { Hosts } from "./hosts/hosts.ts"
import type { Settings } from "./settings/settings.ts"

/** What a judge needs of its node. */
export interface JudgeContext {
  readonly settings: Pick<Settings, "banPolicy">
  readonly hosts: Pick<Hosts, "ban">
  readonly log: Log
}

/** How often peers did what. Kinds that never occurred are not there. */
export type FaultCounts = Readonly<Partial<Record<PeerFault["kind"], number>>>

/** Says what follows from a peer's mistake, bans whom it must (darkfi-net 2.4, 4.6), and counts. */
export class Judge {
  readonly #context: JudgeContext
  readonly #faults: Partial<Record<PeerFault["kind"], number>> = {}
  #bans = 0

  constructor(context: JudgeContext) {
    this.#context = context
  }

  /** How many peers were banned. */
  get bans(): number {
    return this.#bans
  }

  /** How often peers made which mistake, those that were ignored included. */
  get faults(): FaultCounts {
    return { ...this.#faults }
  }

  readonly judge = (channel: Accused, fault: PeerFault): Consequence => {
    const { settings, hosts, log } = this.#context
    this.#faults[fault.kind] = (this.#faults[fault.kind] ?? 0) + 1
    const consequence = consequenceOf(fault, channel.session, settings.banPolicy)
    if (consequence !== "ban") return consequence
    const banned = hosts.ban(channel)
    if (banned === undefined) return consequence
    this.#bans++
    log.warn(`Banned ${banned}: ${describeFault(fault)}`)
    return consequence
  }
}
