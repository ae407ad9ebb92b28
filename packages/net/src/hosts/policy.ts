import type { Clock, Random } from "@dchat/runtime"
import type { AddrRequest } from "../message/address.ts"
import type { SessionKind } from "../session-kind.ts"
import type { CandidateSettings } from "./candidates.ts"
import type { HostEntry, HostLists } from "./lists.ts"
import type { Questions } from "./unsolicited.ts"

/** What lists may ask of their node. */
export interface ListsContext {
  /** The netgroup of an address. */
  readonly groupOf: (url: string) => string
  /** UNIX seconds. */
  readonly now: () => number
  readonly random: Random
}

/** A peer that may tell us of addresses. */
export interface Teller {
  readonly session: SessionKind
  readonly clock: Pick<Clock, "monotonic">
  /** What all peers are asked for by broadcast. */
  readonly questions: Questions
}

/** How many addresses a peer may tell us of. */
export interface Allowance {
  /** The peer alone is asked for addresses: `max` of those wanted, and as many others (darkfi-net 5.4). */
  ask(max: number): void
  /** How many of `count` addresses may be taken. They count as taken. */
  take(count: number): number
}

/** An outbound slot that looks for somebody to dial. */
export interface SlotDraw {
  readonly settings: CandidateSettings
  /** Whether an address can be dialled now. */
  readonly accept: (url: string) => boolean
  /** The netgroups of those in the slots. */
  readonly taken: ReadonlySet<string>
  /** Attempts of all slots since the last one that was not in vain. */
  readonly inVain: number
}

/**
 * The rule by which a node keeps the addresses that it hears of, and chooses among them: plain decisions, no I/O. The
 * wire, the colours, the filter and the file are the same whatever the rule.
 */
export interface AddressPolicy {
  /** Lists of hosts that are empty. They decide who is kept, who leaves, and how draws go. */
  lists(node: ListsContext): HostLists
  /** How many addresses a peer may tell us of, from now on. */
  allowance(peer: Teller): Allowance
  /**
   * When an address was seen, in UNIX seconds, if a peer, or the host list file, says that it was at `claimed`.
   *
   * @param isOwn Whether a peer says it of itself, or we say it ourselves.
   */
  seen(claimed: bigint, now: number, isOwn: boolean): number
  /** Whom an outbound slot dials next; undefined if there is nobody. */
  choose(lists: HostLists, draw: SlotDraw, random: Random): string | undefined
  /** Whether outbound slots that are all full try somebody else now and then. */
  readonly rotates: boolean
  /** Whom they try; undefined if there is nobody. */
  chooseOther(lists: HostLists, draw: SlotDraw, random: Random): string | undefined
  /** What to answer a `getaddr` with. */
  answer(request: AddrRequest, lists: HostLists, random: Random): HostEntry[]
  /** So many of the longest connected peers are dialled first after a restart. */
  readonly anchors: number
}
