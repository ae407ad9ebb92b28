import type { Random } from "@dchat/runtime"
import type { Anchors } from "../hosts/anchors.ts"
import { schemeOf } from "../hosts/answer.ts"
import { dialableSchemes } from "../hosts/mixing.ts"
import type { SlotDraw } from "../hosts/policy.ts"
import type { SessionContext } from "./context.ts"
import type { Missed } from "./missed.ts"
import type { Retries } from "./retries.ts"

/** One attempt in so many that are in vain goes to somebody whom a seed named: it may be all of those who cannot be reached. */
const NAMED_EVERY = 2
/** So many attempts in vain go to anchors first, */
const ANCHORS_FIRST = 32
/** then one in so many: while it may be us who are not there they are never given up, and may all be gone. */
const ANCHORS_EVERY = 4

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
   * For a slot that is empty. Anchors first, then somebody whom a seed named if there is none in a slot, then whomever the
   * address policy draws.
   *
   * @param inVain How many attempts were in vain since the last one that was not.
   */
  forSlot(anchors: Anchors | undefined, inVain: number): string | undefined {
    const draw = this.#draw(inVain)
    const isTurnOfAnchors = inVain < ANCHORS_FIRST || inVain % ANCHORS_EVERY === 1
    const isTurnOfNamed = inVain % NAMED_EVERY === 0
    return (
      (isTurnOfAnchors ? anchors?.next(draw.accept) : undefined) ??
      (isTurnOfNamed ? this.named() : undefined) ??
      this.#options.node.hosts.choose(draw)
    )
  }

  /**
   * Somebody whom a seed named, of a netgroup that is in no slot; undefined if nobody is known, or if one is in a slot.
   * Whoever has filled our lists with addresses has all the slots otherwise, and keeps them: full slots let go of one peer
   * at a time.
   */
  named(): string | undefined {
    const { node, held } = this.#options
    const { hosts } = node
    // It belongs to the rule by which slots rotate: other rules are as they are.
    if (!hosts.policy.rotates || held().some((url) => this.#isNamed(url))) return undefined
    const draw = this.#draw(0)
    const accept = (url: string): boolean =>
      this.#isNamed(url) && !draw.taken.has(hosts.groupOf(url)) && draw.accept(url)
    return hosts.choose({ ...draw, accept })
  }

  /** Whether a peer in a slot may give way to somebody else: all but the only one that a seed named. */
  mayLeave(address: string): boolean {
    return !this.#isNamed(address) || this.#options.held().filter((url) => this.#isNamed(url)).length > 1
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

  /** Whether a seed was the first to tell us of a host. */
  #isNamed(url: string): boolean {
    return this.#options.node.hosts.lists.get(url)?.source.startsWith("seed ") === true
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
