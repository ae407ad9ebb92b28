import { canonicalUrl, parseUrl } from "@dchat/wire"

/** So many peers have a say in what our address is: those that spoke last. */
const MOST_VOTES = 20

/** Hosts that stand for "wherever this computer is". */
const UNSPECIFIED: readonly string[] = ["::"]

/**
 * Under which IPv6 address our peers see us (darkfi-net 7.9). Only peers that we chose to dial are asked, each has one vote,
 * and the last ones count.
 */
export class AddressVotes {
  /** What each peer says; who spoke last comes last. */
  readonly #votes = new Map<string, string>()

  /** The address that most peers name, the one that was named first if several are; undefined without any vote. */
  get guess(): string | undefined {
    const counts = new Map<string, number>()
    for (const host of this.#votes.values()) counts.set(host, (counts.get(host) ?? 0) + 1)
    const most = Math.max(...counts.values())
    for (const [host, count] of counts) if (count === most) return host
    return undefined
  }

  /**
   * A peer said at which URL it sees us. Counts if that is an IPv6 address.
   *
   * @param peer The peer's own address: its host is who votes.
   */
  add(peer: string, seenAt: string): void {
    const { host } = parseUrl(seenAt)
    if (!host.includes(":") || UNSPECIFIED.includes(host)) return
    const voter = parseUrl(peer).host
    this.#votes.delete(voter)
    this.#votes.set(voter, host)
    for (const oldest of this.#votes.keys()) {
      if (this.#votes.size <= MOST_VOTES) break
      this.#votes.delete(oldest)
    }
  }
}

/**
 * The addresses to tell others, from those that the settings name (darkfi-net 7.9). Port 0 becomes the port on which we
 * really listen under the same scheme, `[::]` the address that peers see us at. What stays unknown is left out.
 */
export function ownAddresses(
  configured: readonly string[],
  listening: readonly string[],
  guess: string | undefined,
): string[] {
  return configured.flatMap((url) => {
    const { scheme, host, port } = parseUrl(url)
    const realPort = port === 0 ? portOf(scheme, host, listening) : port
    const realHost = UNSPECIFIED.includes(host) ? guess : host
    if (realPort === undefined || realHost === undefined) return port === undefined ? [url] : []
    if (realPort === port && realHost === host) return [url]
    const rest = /^[^:]+:\/\/[^/?#]*(.*)$/.exec(url)?.[1] ?? ""
    return [canonicalUrl(`${scheme}://${realHost.includes(":") ? `[${realHost}]` : realHost}:${realPort}${rest}`)]
  })
}

/** The port of the listener that serves a scheme, best on the same host. */
function portOf(scheme: string, host: string, listening: readonly string[]): number | undefined {
  const listeners = listening.map(parseUrl).filter((url) => url.scheme === scheme)
  return (listeners.find((url) => url.host === host) ?? listeners[0])?.port
}
