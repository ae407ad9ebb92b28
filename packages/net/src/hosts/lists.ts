import type { Random } from "@dchat/runtime"

/**
 * What is known of a host (darkfi-net 7.1). Grey: heard of, not proven. White: answered a probe. Gold: we have, or had,
 * a connection that we dialled. Black: banned. Dark: valid, but not to be reached from here; shared, never used.
 */
export const HOST_COLOURS = ["grey", "white", "gold", "black", "dark"] as const

/** What is known of a host. */
export type HostColour = (typeof HOST_COLOURS)[number]

/** No list holds more hosts. */
export const LIST_CAPS: Readonly<Record<HostColour, number>> = {
  grey: 2000,
  white: 5000,
  gold: 5000,
  black: 10_000,
  dark: 1000,
}

/** An address and when it was last known to be alive. */
export interface HostEntry {
  /** Canonical. */
  readonly url: string
  /** UNIX seconds. */
  readonly lastSeen: number
}

/** A host on a list. */
export interface Host extends HostEntry {
  readonly colour: HostColour
  readonly group: string
  /** The netgroup of who told us of it. */
  readonly source: string
  readonly bucket: number
  /** How often it was dialled in vain since it last answered. */
  readonly failures: number
  /** When it answered last, in UNIX seconds; `-Infinity` if it never did. */
  readonly provenAt: number
}

/**
 * The five lists of hosts of a node (darkfi-net 7.1, 7.2). A host is on one of them at a time. Who is kept, who has to
 * leave and who is drawn is up to the rule that they follow.
 */
export interface HostLists {
  /** 16 secret bytes, if the rule needs a secret; kept beside the host list. To set it places every host anew. */
  key: Uint8Array
  /** How many hosts had to leave since others had more right to their place; bans beyond the most that are kept included. */
  readonly evicted: number
  /** How often a host found no room on a list. */
  readonly turnedAway: number
  size(colour: HostColour): number
  has(colour: HostColour, url: string): boolean
  /** Everything on a list, in no order that means something. */
  entries(colour: HostColour): HostEntry[]
  /** A host on whatever list. */
  get(url: string): Host | undefined
  /** When a host on the gold, white or grey list was last seen. */
  lastSeen(url: string): number | undefined
  /**
   * Puts hosts on a list, and takes them off any other; or updates when they were seen. Returns those for whom there
   * was no room: they stay where they were.
   *
   * @param source The netgroup of who told us of them. Default: a source for each netgroup.
   */
  store(colour: HostColour, hosts: Iterable<HostEntry>, source?: string): HostEntry[]
  /** As `store`, but who is banned stays so: leave the black list first. */
  move(colour: HostColour, hosts: readonly HostEntry[], source?: string): HostEntry[]
  remove(colour: HostColour, url: string): void
  /** Takes hosts off a list that were last seen before a moment (UNIX seconds). */
  removeOlder(colour: HostColour, moment: number): void
  /**
   * The connection to a host that we had dialled is lost.
   *
   * @param provenAt Until when it was there, in UNIX seconds. Left out if it was not there in the first place.
   */
  lost(url: string, provenAt?: number): void
  /** A host was dialled in vain; it counts as `lost` too. */
  fail(url: string): void
  /** A host that was only heard of did not answer a probe. */
  unanswered(url: string): void
  /** The proven host that is the first to give way, if it no longer answers, for one that finds no room on a list. */
  incumbent(colour: "white" | "gold", url: string): string | undefined
  /** The proven host that is to be probed again, of those that `accept` takes. */
  stalest(accept: (url: string) => boolean): string | undefined
  /** Up to `count` hosts of a list that `accept` takes, to tell others of, with the chances that the rule gives them. */
  sample(colour: HostColour, count: number, accept: (url: string) => boolean, random: Random): HostEntry[]
  /** Up to `count` hosts of a list that `accept` takes, to dial or to probe, with the chances that the rule gives them. */
  spread(colour: HostColour, count: number, accept: (host: Host) => boolean, random: Random): Host[]
}
