import type { Host, HostColour } from "@dchat/net"
import type { Random } from "@dchat/runtime"
import { keyedHash } from "./keyed-hash.ts"
import { PlainLists, type Kept, type Newcomer } from "./plain-lists.ts"
import { Table } from "./table.ts"

const NEW_BUCKETS = 1024
/** A source reaches so many of them. */
const NEW_BUCKETS_OF_SOURCE = 64
const TRIED_BUCKETS = 256
/** A netgroup reaches so many of them. */
const TRIED_BUCKETS_OF_GROUP = 8
const PLACES = 64

const DAY_S = 86_400
const AHEAD_S = 600
/** Who was dialled in vain so lately is hardly drawn. */
const LATELY_S = 600
/** A draw that finds only whom it may not take ends after so many. */
const DRAWS = 100

/**
 * Bitcoin's addrman, as its papers and notes describe it, in the colours of this network: grey is the table of the new,
 * white and gold (of whom we have been connected to) that of the tried. An address has one place in one bucket.
 */
export class AddrmanLists extends PlainLists {
  protected readonly caps = { grey: Infinity, white: Infinity, gold: Infinity, black: 10_000, dark: 1000 }
  readonly #new = new Table(PLACES)
  readonly #tried = new Table(PLACES)

  /** It stays where it is. */
  lost(url: string, provenAt?: number): void {
    const host = this.get(url)
    if (host !== undefined && provenAt !== undefined) host.lastSeen = provenAt
  }

  unanswered(url: string): void {
    this.fail(url)
  }

  incumbent(_colour: "white" | "gold", url: string): string | undefined {
    return this.#tried.get(this.#triedPlace(url, this.context.groupOf(url)))?.url
  }

  spread(colour: HostColour, count: number, accept: (host: Host) => boolean, random: Random): Host[] {
    const table = colour === "grey" ? this.#new : this.#tried
    const drawn = new Set<Host>()
    for (let draw = 0; draw < DRAWS && drawn.size < count; draw++) {
      const host = this.#draw(table, random)
      if (host === undefined) break
      if (host.colour === colour && accept(host)) drawn.add(host)
    }
    return [...drawn]
  }

  /** Somebody to connect to that `accept` takes: of the new and of the tried with equal chances. */
  choose(accept: (host: Host) => boolean, random: Random): string | undefined {
    for (let draw = 0; draw < DRAWS; draw++) {
      const isNew = this.#tried.size === 0 || (this.#new.size > 0 && random.integer(2) === 0)
      const host = this.#draw(isNew ? this.#new : this.#tried, random)
      if (host === undefined) return undefined
      if (accept(host)) return host.url
    }
    return undefined
  }

  /** Whether nobody would miss a host. */
  isTerrible({ lastSeen, failures, failedAt, answeredAt }: Kept): boolean {
    const now = this.context.now()
    if (failedAt > now - 60) return false
    if (lastSeen > now + AHEAD_S || lastSeen < now - 30 * DAY_S) return true
    return answeredAt === -Infinity ? failures >= 3 : answeredAt < now - 7 * DAY_S && failures >= 10
  }

  /** A new one takes a place only from who is terrible, but for one that was tried once; a tried one from nobody. */
  protected reserve({ url, colour, group, source, isProven }: Newcomer): number | undefined {
    if (colour === "black" || colour === "dark") return 0
    const isTried = colour !== "grey"
    const place = isTried ? this.#triedPlace(url, group) : this.#newPlace(url, group, source)
    const there = (isTried ? this.#tried : this.#new).get(place)
    if (there === undefined || there.url === url) return place
    if (isTried || !(isProven || this.isTerrible(there))) return undefined
    this.evict(there.url)
    return place
  }

  protected override enter(host: Kept): void {
    super.enter(host)
    this.#tableOf(host)?.add(host)
  }

  protected override leave(url: string): Kept | undefined {
    const host = super.leave(url)
    if (host !== undefined) this.#tableOf(host)?.remove(host)
    return host
  }

  /** A bucket, one of those in it, and that one by a chance that falls with what was in vain, but rises with each draw. */
  #draw(table: Table, random: Random): Kept | undefined {
    for (let patience = 1; table.size > 0; patience *= 1.2) {
      const host = table.draw(random)
      if (random.float() < patience * this.#chance(host)) return host
    }
    return undefined
  }

  #chance({ failures, failedAt }: Kept): number {
    let chance = failedAt > this.context.now() - LATELY_S ? 0.01 : 1
    for (let i = 0; i < Math.min(failures, 8); i++) chance *= 0.66
    return chance
  }

  #newPlace(url: string, group: string, source: string): number {
    const nth = this.#hash(`n${group} ${source}`) % NEW_BUCKETS_OF_SOURCE
    const bucket = this.#hash(`${source} ${nth}`) % NEW_BUCKETS
    return bucket * PLACES + (this.#hash(`new ${bucket} ${url}`) % PLACES)
  }

  #triedPlace(url: string, group: string): number {
    const nth = this.#hash(`t${url}`) % TRIED_BUCKETS_OF_GROUP
    const bucket = this.#hash(`${group} ${nth}`) % TRIED_BUCKETS
    return bucket * PLACES + (this.#hash(`tried ${bucket} ${url}`) % PLACES)
  }

  #hash(text: string): number {
    return keyedHash(this.key, text)
  }

  #tableOf({ colour }: Kept): Table | undefined {
    if (colour === "black" || colour === "dark") return undefined
    return colour === "grey" ? this.#new : this.#tried
  }
}
