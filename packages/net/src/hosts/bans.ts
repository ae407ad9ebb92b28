import type { Clock } from "@dchat/runtime"
import { canonicalUrl, parseUrl, type ParsedUrl } from "@dchat/wire"
import type { Channel } from "../channel/channel.ts"
import type { Settings } from "../settings/settings.ts"
import { ipv6 } from "./ip.ts"
import type { HostLists } from "./lists.ts"
import { isLocalHost } from "./local.ts"
import { hostOf } from "./netgroup.ts"

/** A ban lasts for this long, in seconds. */
const BAN_AGE_S = 86_400

/** When the configured blacklist was last seen, in UNIX seconds: such a ban never ends. */
const FOR_EVER = 0

/** What bans need of their node. */
export interface BansContext {
  readonly lists: HostLists
  readonly clock: Pick<Clock, "now" | "monotonic">
  readonly settings: Pick<Settings, "blacklist" | "localnet">
}

/**
 * Who is banned, and for how long (darkfi-net 4.6, 7.4, 7.11): the rules of the black list. What is banned is an address, every
 * port of a host (a URL without one), or every port of an IPv6 network of 64 bits, of which whoever has one address has all.
 * That is a URL that can be nobody's address: `tcp://[2001:db8::]/64`.
 */
export class Bans {
  readonly #context: BansContext
  /** The UNIX time at which the monotonic clock was 0, in milliseconds, by the wall clock of the start. */
  readonly #epoch: number
  /** What the settings named last. */
  #blacklist: readonly string[] = []

  constructor(context: BansContext) {
    const { clock } = context
    this.#context = context
    this.#epoch = clock.now() - clock.monotonic()
  }

  /** Whether an address, every port of its host, or its network is banned or blacklisted. */
  has(url: string): boolean {
    const { lists } = this.#context
    if (lists.size("black") === 0) return false
    if (lists.has("black", url)) return true
    const parsed = parseUrl(url)
    if (lists.has("black", withoutPort(parsed))) return true
    const mapped = mappedIn(parsed)
    if (mapped !== undefined) return this.has(mapped)
    const network = networkOf(parsed.host)
    return network !== undefined && lists.has("black", withoutHost(parsed, network))
  }

  /** Bans a peer for a day. Returns what was banned, if there is something to ban. */
  add({ address, session }: Pick<Channel, "address" | "session">): string | undefined {
    const { lists, settings } = this.#context
    const url = mappedIn(parseUrl(address)) ?? address
    const { host } = parseUrl(url)
    if (host === "" || (isLocalHost(host) && !settings.localnet)) return undefined
    const target = session === "inbound" ? this.#targetAt(url) : url
    // What is blacklisted for ever stays so.
    if (target !== undefined && !lists.has("black", target)) {
      lists.move("black", [{ url: target, lastSeen: this.#now }])
    }
    return target
  }

  /** Lifts bans that are older than a day. Those that the settings name stay. */
  liftOld(): void {
    const { lists } = this.#context
    const now = this.#now
    for (const { url, lastSeen } of lists.entries("black")) {
      if (lastSeen === FOR_EVER) continue
      if (lastSeen < now - BAN_AGE_S) lists.remove("black", url)
      // From a host list file, read while the clock was ahead.
      else if (lastSeen > now) lists.store("black", [{ url, lastSeen: now }])
    }
  }

  /** Bans the hosts that the settings name, and no longer those that they named before. */
  importBlacklist(): void {
    const { lists, settings } = this.#context
    for (const url of this.#blacklist) lists.remove("black", url)
    this.#blacklist = settings.blacklist.flatMap(({ host, schemes, ports }) =>
      (schemes.length > 0 ? schemes : ["tcp+tls"]).flatMap((scheme) =>
        (ports.length > 0 ? ports.map((port) => `:${port}`) : [""]).map((port) =>
          canonicalUrl(`${scheme}://${bracketed(host)}${port}`),
        ),
      ),
    )
    lists.store(
      "black",
      this.#blacklist.map((url) => ({ url, lastSeen: FOR_EVER })),
    )
  }

  /** UNIX seconds as they were at the start, and as many more as have passed since: whoever sets the clock changes no ban. */
  get #now(): number {
    return Math.max(FOR_EVER + 1, Math.floor((this.#epoch + this.#context.clock.monotonic()) / 1000))
  }

  /** What a peer that came to us from an address is banned with: as much as no good node that we know has a part in. */
  #targetAt(address: string): string | undefined {
    const parsed = parseUrl(address)
    const { scheme, host } = parsed
    if (scheme === "unix") return undefined
    if ((scheme === "tor" || scheme === "tor+tls") && isLocalHost(host)) return undefined
    if (this.#isProven((other) => other === host)) return address
    // A local network is one of 64 bits, too.
    const network = this.#context.settings.localnet ? undefined : networkOf(host)
    if (network === undefined || this.#isProven((other) => networkOf(other) === network)) return withoutPort(parsed)
    return withoutHost(parsed, network)
  }

  /** Whether we know a good node on such a host: then a bad one does not condemn it. */
  #isProven(accept: (host: string) => boolean): boolean {
    return (["gold", "white"] as const).some((colour) =>
      this.#context.lists.entries(colour).some(({ url }) => accept(hostOf(url))),
    )
  }
}

/** Every port of a host. */
function withoutPort({ scheme, host }: Pick<ParsedUrl, "scheme" | "host">): string {
  return host === "" ? "" : canonicalUrl(`${scheme}://${bracketed(host)}`)
}

/** Every address of a network. */
function withoutHost({ scheme }: Pick<ParsedUrl, "scheme">, network: string): string {
  return canonicalUrl(`${scheme}://[${network}::]/64`)
}

/** Four groups of an IPv6 address, of which nothing is left out. */
const FOUR_GROUPS = /^(?:[\da-f]+:){3}[\da-f]+(?=:)/

/** The first 64 bits of an IPv6 host of a canonical URL, as four groups; undefined for another host. */
function networkOf(host: string): string | undefined {
  if (!host.includes(":")) return undefined
  const plain = FOUR_GROUPS.exec(host)?.[0]
  if (plain !== undefined) return plain
  const [head = [], tail = []] = host.split("::").map((half) => (half === "" ? [] : half.split(":")))
  const zeros = Array<string>(8 - head.length - tail.length).fill("0")
  return [...head, ...zeros, ...tail].slice(0, 4).join(":")
}

/** An address whose host is an IPv4 one in IPv6 dress (::ffff:0:0/96), without that; undefined for another one. */
function mappedIn({ scheme, host, port }: ParsedUrl): string | undefined {
  const address = host.startsWith("::ffff:") ? ipv6(host) : undefined
  if (address === undefined || address >> 32n !== 0xffffn) return undefined
  const bytes = [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 0xffn)
  return canonicalUrl(`${scheme}://${bytes.join(".")}${port === undefined ? "" : `:${port}`}`)
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host
}
