import type { Runtime } from "@dchat/runtime"
import { Publisher } from "@dchat/task"
import { canonicalUrl, parseUrl, type ParsedUrl } from "@dchat/wire"
import type { Channel } from "../channel/channel.ts"
import type { AddrRequest } from "../message/address.ts"
import type { Settings } from "../settings/settings.ts"
import { selectAddresses } from "./answer.ts"
import { judgeAddress, type FilterView } from "./filter.ts"
import { HostLists, type HostEntry } from "./lists.ts"
import { isLocalHost } from "./local.ts"
import { dialableSchemes } from "./mixing.ts"
import { HostStates, type HostState } from "./state.ts"

/** Hosts that we cannot reach are shared for this long, in seconds. */
const DARK_AGE_S = 86_400

/** A ban lasts for this long, in seconds. */
const BAN_AGE_S = 86_400

/** What the hosts need of their node. */
export interface HostsOptions {
  readonly runtime: Pick<Runtime, "clock" | "random">
  readonly settings: Settings
}

/** An address and when it was last seen, in UNIX seconds, as it stands in an `addr` message. */
export type ReceivedAddress = readonly [url: string, lastSeen: bigint]

/** Everything that a node knows of others (darkfi-net 7). */
export class Hosts {
  readonly lists = new HostLists()
  /** How many addresses were new, each time that some were. */
  readonly arrivals = new Publisher<number>()
  readonly #states = new HostStates()
  readonly #options: HostsOptions

  constructor(options: HostsOptions) {
    this.#options = options
  }

  /** The addresses under which others can reach us. What stands in their query is for us alone, and left out. */
  get externalAddrs(): readonly string[] {
    return this.#settings.externalAddrs.map((url) => url.replace(/\?.*$/, ""))
  }

  /** Enters a state if nothing else is being done with the address; says whether it did (darkfi-net 7.3). */
  enter(address: string, state: HostState): boolean {
    return this.#states.enter(address, state, this.#options.runtime.clock.monotonic())
  }

  /** Whether there is no address that could be dialled, now or later. */
  get knowsNobody(): boolean {
    return (["gold", "white", "grey"] as const).every((colour) => this.lists.size(colour) === 0)
  }

  /** What is being done with an address at this moment; undefined if nothing ever was. */
  stateOf(address: string): HostState | undefined {
    return this.#states.get(address)
  }

  /** Whether the address could enter the state now. */
  may(address: string, state: HostState): boolean {
    return this.#states.may(address, state)
  }

  /**
   * Puts addresses that a peer sent on the grey list, those that pass the filter (darkfi-net 7.6). A time in the future is
   * taken as now. Returns how many were new.
   */
  insert(addresses: Iterable<ReceivedAddress>): number {
    const now = this.#now
    const view = this.#filterView()
    const taken: HostEntry[] = []
    const dark: HostEntry[] = []
    for (const [url, lastSeen] of addresses) {
      const entry = { url, lastSeen: lastSeen < BigInt(now) ? Number(lastSeen) : now }
      const verdict = judgeAddress(url, view)
      if (verdict === "dark") dark.push(entry)
      if (verdict === "take" && this.#states.may(url, "insert")) taken.push(entry)
    }
    this.lists.move("grey", taken)
    this.lists.move("dark", dark)
    this.lists.removeOlder("dark", now - DARK_AGE_S)
    if (taken.length > 0) this.arrivals.publish(taken.length)
    return taken.length
  }

  /** A host answered a probe: it goes to the white list (darkfi-net 6.6). A proven one only has been seen now. */
  confirm(url: string): void {
    const colour = this.lists.has("gold", url) ? "gold" : "white"
    this.lists.move(colour, [{ url, lastSeen: this.#now }])
  }

  /** We have dialled a host and it answered as it should: it goes to the gold list (darkfi-net 5.1). */
  promote(url: string): void {
    this.lists.move("gold", [{ url, lastSeen: this.#now }])
  }

  /** We have lost the connection to a host that we had dialled: it goes back to the grey list, unless it was banned. */
  demote(url: string): void {
    const lastSeen = this.lists.lastSeen(url)
    if (lastSeen !== undefined) this.lists.move("grey", [{ url, lastSeen }])
  }

  /** The answer to a `getaddr` (darkfi-net 5.4). */
  answer(request: AddrRequest): HostEntry[] {
    return selectAddresses(request, this.lists, this.#options.runtime.random)
  }

  /** Whether an address, or every port of its host, is banned or blacklisted (darkfi-net 7.4). */
  isBlacklisted(url: string): boolean {
    if (this.lists.size("black") === 0) return false
    return this.lists.has("black", url) || this.lists.has("black", withoutPort(parseUrl(url)))
  }

  /** Bans a peer for a day. Returns the address that was banned, if there is one to ban (darkfi-net 4.6). */
  ban(channel: Pick<Channel, "address" | "session">): string | undefined {
    const target = this.#banTarget(channel)
    if (target === undefined) return undefined
    const { host } = parseUrl(target)
    if (host === "" || (isLocalHost(host) && !this.#settings.localnet)) return undefined
    this.lists.move("black", [{ url: target, lastSeen: this.#now }])
    return target
  }

  /** Lifts bans that are older than a day. Those that the settings name stay. */
  liftOldBans(): void {
    const moment = this.#now - BAN_AGE_S
    for (const { url, lastSeen } of this.lists.entries("black")) {
      if (lastSeen > 0 && lastSeen < moment) this.lists.remove("black", url)
    }
  }

  /** Bans the hosts that the settings name (darkfi-net 7.11). */
  importBlacklist(): void {
    const banned = this.#settings.blacklist.flatMap(({ host, schemes, ports }) =>
      (schemes.length > 0 ? schemes : ["tcp+tls"]).flatMap((scheme) =>
        (ports.length > 0 ? ports.map((port) => `:${port}`) : [""]).map((port) =>
          canonicalUrl(`${scheme}://${bracketed(host)}${port}`),
        ),
      ),
    )
    this.lists.store(
      "black",
      banned.map((url) => ({ url, lastSeen: 0 })),
    )
  }

  get #settings(): Settings {
    return this.#options.settings
  }

  /** UNIX seconds. */
  get #now(): number {
    return Math.floor(this.#options.runtime.clock.now() / 1000)
  }

  #filterView(): FilterView {
    const settings = this.#settings
    return {
      own: this.externalAddrs.map(parseUrl),
      localnet: settings.localnet,
      dialable: dialableSchemes(settings),
      isConfigured: (url) => settings.seeds.includes(url) || settings.peers.includes(url),
      isBlacklisted: (url) => this.isBlacklisted(url),
      isKnown: (url) => this.lists.lastSeen(url) !== undefined,
    }
  }

  #banTarget({ address, session }: Pick<Channel, "address" | "session">): string | undefined {
    if (session !== "inbound") return address
    const parsed = parseUrl(address)
    const { scheme, host } = parsed
    if (scheme === "unix" || host === "") return undefined
    if ((scheme === "tor" || scheme === "tor+tls") && isLocalHost(host)) return undefined
    return this.#isProven(host) ? address : withoutPort(parsed)
  }

  /** Whether we know a good node on a host: then a bad one on it does not condemn the others. */
  #isProven(host: string): boolean {
    return (["gold", "white"] as const).some((colour) =>
      this.lists.entries(colour).some(({ url }) => parseUrl(url).host === host),
    )
  }
}

function withoutPort({ scheme, host }: ParsedUrl): string {
  return host === "" ? "" : canonicalUrl(`${scheme}://${bracketed(host)}`)
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host
}
