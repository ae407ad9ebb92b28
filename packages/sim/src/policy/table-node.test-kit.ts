import { P2p, type AddressPolicy, type Allowance, type Host } from "@dchat/net"
import { SeededRandom, virtualWorld, type VirtualWorld } from "@dchat/runtime/virtual"
import { policies, type PolicyName } from "./policies.ts"

/** Addresses that one peer sends, with the time at which it says each was seen (UNIX seconds). */
export interface Message {
  /** Of the peer. */
  readonly from: string
  readonly addresses: readonly (readonly [url: string, lastSeen: bigint])[]
}

/** A rule as it is tried. */
export interface Rule {
  readonly name: string
  readonly policy: PolicyName
  /** Whether slots keep to different netgroups. */
  readonly isDiverse: boolean
  /** How many peers are remembered and dialled first after a restart. */
  readonly anchors: number
  /** What is different from the rule of that name. */
  readonly changes?: Partial<AddressPolicy>
}

export const RULES: readonly Rule[] = [
  { name: "the reference's", policy: "reference", isDiverse: false, anchors: 0 },
  { name: "addrman's", policy: "addrman", isDiverse: true, anchors: 2 },
  { name: "ours", policy: "ours", isDiverse: true, anchors: 4 },
]

/** Ours, but that a peer may tell us of as many addresses as it likes. */
export const UNLIMITED: Rule = {
  name: "ours, without the limit",
  policy: "ours",
  isDiverse: true,
  anchors: 4,
  changes: { allowance: () => ({ ask() {}, take: (count) => count }) },
}

/** The lists of a node that never starts: what it is told, it is told by hand. They are those that nodes run with. */
export class TableNode {
  static async of({ policy, isDiverse, changes }: Rule, seed: number): Promise<TableNode> {
    const world = virtualWorld({ seed })
    const { addressPolicy, settings } = policies[policy]
    const p2p = await P2p.create(
      { ...settings, activeProfiles: ["tcp"] },
      { runtime: world.host({ name: "node" }), addressPolicy: { ...addressPolicy, ...changes } },
    )
    return new TableNode(world, p2p, isDiverse, seed)
  }

  readonly #world: VirtualWorld
  readonly #p2p: P2p
  readonly #isDiverse: boolean
  readonly #random: SeededRandom
  readonly #allowances = new Map<string, Allowance>()

  private constructor(world: VirtualWorld, p2p: P2p, isDiverse: boolean, seed: number) {
    this.#world = world
    this.#p2p = p2p
    this.#isDiverse = isDiverse
    this.#random = new SeededRandom(`draws ${seed}`)
  }

  /** Hears what peers that it has dialled sent in some seconds. All of them were asked again meanwhile. */
  async hear(messages: readonly Message[], seconds: number): Promise<void> {
    const { hosts } = this.#p2p
    await this.#world.advance(seconds * 1000)
    // Honest peers send what they are asked for; so the hostile one may send as much.
    hosts.ask(10)
    for (const { from, addresses } of messages) {
      const source = { group: hosts.groupOf(from), isOwn: () => false }
      hosts.insert(hosts.admit(addresses, this.#allowance(from)), source)
    }
  }

  /** Somebody to dial, of those that were heard of, as a slot draws beside others that hold these netgroups. */
  draw(taken: ReadonlySet<string>): Host | undefined {
    const accept = ({ group }: Host): boolean => !this.#isDiverse || !taken.has(group)
    return this.#p2p.hosts.lists.spread("grey", 1, accept, this.#random)[0]
  }

  #allowance(from: string): Allowance {
    const known = this.#allowances.get(from)
    if (known !== undefined) return known
    const allowance = this.#p2p.hosts.allowance("outbound")
    allowance.ask(this.#p2p.settings.outboundConnections)
    this.#allowances.set(from, allowance)
    return allowance
  }
}
