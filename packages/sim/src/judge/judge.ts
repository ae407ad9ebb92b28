import type { VirtualWorld } from "@dchat/runtime/virtual"
import type { Journal } from "../journal.ts"
import type { SimNode } from "../sim-node.ts"

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
  /** `throughout`: every ten virtual seconds, and at the end. `end`: before the nodes are stopped. `stopped`: after. */
  readonly when: "throughout" | "end" | "stopped"
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

/** Judges, and what they have said so far. */
export class Panel {
  readonly #judges: readonly Judge[]
  readonly #said = new Map<Judge, string[]>()
  readonly #more = new Map<Judge, number>()

  constructor(judges: readonly Judge[]) {
    this.#judges = judges
  }

  /** Asks those who want to be asked now. */
  ask(when: Judge["when"], net: JudgedNetwork): void {
    for (const judge of this.#judges) if (judge.when === when) this.#note(judge, net)
  }

  /** What those who were asked have said, in the order of the judges. */
  get findings(): readonly Finding[] {
    return this.#judges.flatMap((judge) => {
      const said = this.#said.get(judge)
      if (said === undefined) return []
      const more = this.#more.get(judge) ?? 0
      return [{ judge: judge.name, failures: more > 0 ? [...said, `and ${more} more`] : said }]
    })
  }

  #note(judge: Judge, net: JudgedNetwork): void {
    const said = this.#said.get(judge) ?? []
    this.#said.set(judge, said)
    for (const failure of judge.judge(net)) {
      const text = judge.when === "throughout" ? `at ${Math.round(net.now)} ms: ${failure}` : failure
      if (said.length < MOST_FAILURES) said.push(text)
      else this.#more.set(judge, (this.#more.get(judge) ?? 0) + 1)
    }
  }
}
