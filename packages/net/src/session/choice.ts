import type { Random } from "@dchat/runtime"
import type { Anchors } from "../hosts/anchors.ts"
import { schemeOf } from "../hosts/answer.ts"
import { dialableSchemes } from "../hosts/mixing.ts"
import type { SlotDraw } from "../hosts/policy.ts"
import type { SessionContext } from "./context.ts"
import type { Missed } from "./missed.ts"
import type { Retries } from "./retries.ts"

/** What the choice is made from. */
export interface ChoiceOptions {
  readonly node: SessionContext
  readonly retries: Retries
  readonly missed: Missed
  /** The addresses in the slots. */
  readonly held: () => readonly string[]
}

/** Says whom the outbound slots dial. */
export class Choice {
  readonly #options: ChoiceOptions

  constructor(options: ChoiceOptions) {
    this.#options = options
  }

  /**
   * For a slot that is empty. Anchors first, then whomever the address policy draws.
   *
   * @param inVain How many attempts were in vain since the last one that was not.
   */
  forSlot(anchors: Anchors | undefined, inVain: number): string | undefined {
    const draw = this.#draw(inVain)
    return anchors?.next(draw.accept) ?? this.#options.node.hosts.choose(draw)
  }

  /** Somebody else than those in the slots, which are all full. */
  other(random: Random): string | undefined {
    return this.#options.node.hosts.chooseOther(this.#draw(0), random)
  }

  /** Whose turn it is of those that are missed, however long it would have to wait otherwise. */
  missed(): string | undefined {
    const { node, retries, missed } = this.#options
    const isOpen = this.#isOpen()
    const { hosts } = node
    const address = missed.next((url) => isOpen(url) && hosts.may(url, "refine") && !hosts.isBlacklisted(url))
    if (address !== undefined) retries.release(address)
    return address
  }

  #draw(inVain: number): SlotDraw {
    const { node, retries, held } = this.#options
    const { hosts, settings } = node
    retries.releaseDue()
    const isOpen = this.#isOpen()
    return {
      settings,
      accept: (url) => isOpen(url) && hosts.may(url, "connect"),
      taken: new Set(held().map((address) => hosts.groupOf(address))),
      inVain,
    }
  }

  /** Which addresses can be dialled with our settings, and are neither ours nor a seed's. */
  #isOpen(): (url: string) => boolean {
    const { hosts, settings } = this.#options.node
    const dialable = dialableSchemes(settings)
    const left = new Set([...settings.seeds, ...hosts.externalAddrs])
    return (url) => dialable.includes(schemeOf(url)) && !left.has(url)
  }
}
