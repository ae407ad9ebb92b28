import type { Random } from "../random.ts"

/** One end of a link, as a policy sees it. */
export interface LinkEnd {
  /** The host's name, or `undefined` when nobody has that address. */
  readonly host: string | undefined
  /** Its address on this link; empty on a unix socket. */
  readonly ip: string
  /** Its port; 0 on a unix socket. */
  readonly port: number
}

/** One direction of one connection: the same object each time, so that a policy may keep what it knows of it in a `WeakMap`. */
export interface Link {
  readonly from: LinkEnd
  readonly to: LinkEnd
}

/** The world as a policy may see it. */
export interface LinkContext {
  /** Milliseconds since the world began. */
  readonly now: number
  /** The policies' own source, from the world's seed. */
  readonly random: Random
}

/** What becomes of an attempt to connect. Times are in milliseconds. */
export type ConnectVerdict =
  /** It reaches the other host after `delay`; the answer takes as long again. Whether somebody listens is the host's affair. */
  | { readonly kind: "deliver"; readonly delay: number }
  /** Somebody on the way says no, after `delay`. */
  | { readonly kind: "refuse" | "unreachable"; readonly delay: number }
  /** Nothing is ever heard: the attempt times out as an operating system's does. */
  | { readonly kind: "lose" }

/** A part of what was sent, that arrives as one chunk. */
export interface Piece {
  readonly bytes: number
  readonly delay: number
}

/** What becomes of bytes that are sent. Times are in milliseconds. */
export type SendVerdict =
  /** They arrive as one chunk. */
  | { readonly kind: "deliver"; readonly delay: number }
  /** They arrive in these pieces, in this order. What the pieces leave over arrives with the last; none overtakes another. */
  | { readonly kind: "pieces"; readonly pieces: readonly Piece[] }
  /** Nothing comes through now; the policy is asked again after `delay`, more than 0. Later bytes wait behind. */
  | { readonly kind: "hold"; readonly delay: number }
  /** The connection breaks: this end learns it now, the other after `delay`. */
  | { readonly kind: "reset"; readonly delay: number }

/** What the network between hosts does: delays, cuts, breaks. It decides from its arguments only, or the world is not repeatable. */
export interface LinkPolicy {
  /** Asked for each attempt to connect, at each address that is tried. `link.from` is who dials. */
  connect(link: Link, context: LinkContext): ConnectVerdict
  /** Asked for each chunk that is sent, and with 0 bytes for the end of a stream. */
  send(link: Link, bytes: number, context: LinkContext): SendVerdict
}

/** The same delay for everything, and whole chunks. Between a host and itself there is none. */
export function fixedDelay(delay: number): LinkPolicy {
  const away = { kind: "deliver", delay } as const
  const home = { kind: "deliver", delay: 0 } as const
  const verdict = (link: Link): typeof away | typeof home => (link.from.host === link.to.host ? home : away)
  return { connect: verdict, send: verdict }
}
