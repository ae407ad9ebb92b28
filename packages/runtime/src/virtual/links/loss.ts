import type { Link, LinkContext, LinkPolicy } from "../link.ts"

/** Options of {@link withLoss}. */
export interface LossOptions {
  /** Of so many attempts to connect one is never answered. Default: none. */
  readonly connectOneIn?: number
  /** At one of so many chunks the connection breaks. Default: none. */
  readonly sendOneIn?: number
  /** Which links lose, at this moment. Default: all but those within a host. */
  readonly on?: (link: Link, context: LinkContext) => boolean
}

/** A bad line: TCP repairs what it can, and breaks the connection where it cannot. */
export function withLoss(
  below: LinkPolicy,
  { connectOneIn = Infinity, sendOneIn = Infinity, on = isAway }: LossOptions,
): LinkPolicy {
  return {
    connect(link, context) {
      return on(link, context) && isHit(connectOneIn, context) ? { kind: "lose" } : below.connect(link, context)
    },
    send(link, bytes, context) {
      const verdict = below.send(link, bytes, context)
      if (!on(link, context) || !isHit(sendOneIn, context)) return verdict
      const delay = verdict.kind === "pieces" ? (verdict.pieces.at(-1)?.delay ?? 0) : verdict.delay
      return verdict.kind === "hold" ? verdict : { kind: "reset", delay }
    },
  }
}

function isHit(oneIn: number, { random }: LinkContext): boolean {
  return oneIn !== Infinity && random.integer(oneIn) === 0
}

function isAway({ from, to }: Link): boolean {
  return from.host !== to.host
}
