import type { Settings } from "@dchat/net"
import type { LinkPolicy } from "@dchat/runtime/virtual"
import type { Adversary } from "./adversary/adversary.ts"
import type { Judge } from "./judge/judge.ts"
import type { CrowdOptions } from "./network/crowd.ts"
import type { Topology } from "./network/topology.ts"
import type { SimNode } from "./sim-node.ts"
import type { PolicyName } from "./policy/policies.ts"
import type { TraceOptions } from "./trace/trace.ts"

/** What a simulated network is made of. */
export interface SimulationOptions {
  /** How many honest nodes, 2 to 65,536. Adversaries and seeds come on top. */
  readonly nodes: number
  /** Everything follows from it. Default 1. */
  readonly seed?: number | string
  /** Default: `{ kind: "given", degree: 8 }`. */
  readonly topology?: Topology
  /** What lies between hosts. Default: each two 20 to 150 ms apart, with 10 ms of jitter. */
  readonly links?: LinkPolicy
  /** How many nodes of a hundred cannot be dialled. The first always can. Default 0. */
  readonly natPercent?: number
  /** How many netgroups (/16) the nodes are spread over. Default: each has its own. */
  readonly netgroups?: number
  /** Each node's wall clock is wrong by up to so many milliseconds, either way. Default 0. */
  readonly clockSkewMs?: number
  /**
   * By which rule the nodes keep and choose the addresses of others: our own, the reference's, or that of Bitcoin's
   * address manager. Seeds keep to ours. Default `ours`.
   */
  readonly policy?: PolicyName
  /** Honest addresses beside those of the nodes, for nodes that find each other. Default none. */
  readonly crowd?: CrowdOptions
  /** Settings of every node, beside those that the simulation sets. */
  readonly settings?: Partial<Settings>
  /** Called for each node each time it boots, before it starts: to register protocols of your own. */
  readonly setup?: (node: SimNode) => void
  /** They begin when the honest nodes are connected. */
  readonly adversaries?: readonly Adversary[]
  /** Who judges at the end. Default: all that this package has ({@link allJudges}). */
  readonly judges?: readonly Judge[]
  readonly trace?: TraceOptions
  /** Told how far virtual time has come, about every 50 virtual milliseconds. May throw to end the run, as Ctrl-C does. */
  readonly onProgress?: (nowMs: number) => void
}
