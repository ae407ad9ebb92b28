import type { VirtualWorld } from "@dchat/runtime/virtual"
import type { Journal } from "../journal.ts"
import type { SimNode } from "../node.ts"

/** A simulation, as judges see it. */
export interface JudgedNetwork {
  readonly world: VirtualWorld
  /** Virtual milliseconds since the beginning. */
  readonly now: number
  /** The honest nodes. */
  readonly nodes: readonly SimNode[]
  /** What has happened. */
  readonly journal: Journal
  readonly isPartitioned: boolean
  /** Whether a host of that name is an adversary's. */
  isGuilty(name: string): boolean
}

/** Looks at a simulation and says what is wrong with it. */
export interface Judge {
  /** What must hold, as a sentence. */
  readonly name: string
  /** `end`: before the nodes are stopped. `stopped`: after. */
  readonly when: "end" | "stopped"
  /** A sentence for each thing that is wrong; none if all is well. */
  judge(net: JudgedNetwork): readonly string[]
}

/** What a judge has said. */
export interface Finding {
  readonly judge: string
  /** Empty if all is well. No more than ten, and how many more there are. */
  readonly failures: readonly string[]
}

const MOST_FAILURES = 10

/** Asks judges. */
export function ask(judges: readonly Judge[], when: Judge["when"], net: JudgedNetwork): Finding[] {
  return judges
    .filter((judge) => judge.when === when)
    .map((judge) => {
      const failures = judge.judge(net)
      const more = failures.length - MOST_FAILURES
      const shown = more > 0 ? [...failures.slice(0, MOST_FAILURES), `and ${more} more`] : failures
      return { judge: judge.name, failures: shown }
    })
}
