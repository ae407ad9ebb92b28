import type { Link, LinkPolicy, SendVerdict } from "../link.ts"

/** Options of {@link withBandwidth}. */
export interface BandwidthOptions {
  /** What a host can send, over all its connections together. */
  readonly bytesPerSecond: (host: string | undefined) => number
}

/** What a host sends goes out one piece after the other, as fast as its line allows. The way to itself is free. */
export function withBandwidth(below: LinkPolicy, { bytesPerSecond }: BandwidthOptions): LinkPolicy {
  /** When the line of each host will be free. */
  const free = new Map<string | undefined, number>()
  return {
    connect: (link, context) => below.connect(link, context),
    send(link, bytes, context) {
      const verdict = below.send(link, bytes, context)
      if (verdict.kind === "hold" || isHome(link)) return verdict
      const { host } = link.from
      const done = Math.max(context.now, free.get(host) ?? 0) + (bytes * 1000) / bytesPerSecond(host)
      free.set(host, done)
      return later(verdict, done - context.now)
    },
  }
}

function isHome({ from, to }: Link): boolean {
  return from.host === to.host
}

function later(verdict: Exclude<SendVerdict, { kind: "hold" }>, ms: number): SendVerdict {
  if (verdict.kind !== "pieces") return { kind: verdict.kind, delay: verdict.delay + ms }
  return { kind: "pieces", pieces: verdict.pieces.map(({ bytes, delay }) => ({ bytes, delay: delay + ms })) }
}
