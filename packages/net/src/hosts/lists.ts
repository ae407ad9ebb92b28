import type { Random } from "@dchat/runtime"

/**
 * What is known of a host (darkfi-net 7.1). Grey: heard of, not proven. White: answered a probe. Gold: we have, or had, a
 * connection that we dialled. Black: banned. Dark: valid, but not to be reached from here; shared, never used.
 */
export const HOST_COLOURS = ["grey", "white", "gold", "black", "dark"] as const

/** What is known of a host. */
export type HostColour = (typeof HOST_COLOURS)[number]

/** How many hosts each list holds. When one more comes, the one that was not seen for the longest leaves. */
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

/**
 * The five lists (darkfi-net 7.1, 7.2). Plain data: it knows no time, no network and no policy. A host that is only ever
 * moved is on one list at a time.
 */
export class HostLists {
  readonly #lists: Readonly<Record<HostColour, Map<string, number>>> = {
    grey: new Map(),
    white: new Map(),
    gold: new Map(),
    black: new Map(),
    dark: new Map(),
  }

  size(colour: HostColour): number {
    return this.#lists[colour].size
  }

  has(colour: HostColour, url: string): boolean {
    return this.#lists[colour].has(url)
  }

  /** Everything on a list, in no order that means something. */
  entries(colour: HostColour): HostEntry[] {
    return Array.from(this.#lists[colour], ([url, lastSeen]) => ({ url, lastSeen }))
  }

  /** When a host on the gold, white or grey list was last seen. */
  lastSeen(url: string): number | undefined {
    return this.#lists.gold.get(url) ?? this.#lists.white.get(url) ?? this.#lists.grey.get(url)
  }

  /** Puts hosts on a list, or updates when they were seen. Other lists stay as they are. */
  store(colour: HostColour, hosts: Iterable<HostEntry>): void {
    const list = this.#lists[colour]
    for (const { url, lastSeen } of hosts) list.set(url, lastSeen)
    if (list.size <= LIST_CAPS[colour]) return
    const oldestFirst = this.entries(colour).toSorted((a, b) => a.lastSeen - b.lastSeen)
    for (const { url } of oldestFirst.slice(0, list.size - LIST_CAPS[colour])) list.delete(url)
  }

  /** Puts hosts on a list and takes them off all others. Who is banned stays so: leave the black list first. */
  move(colour: HostColour, hosts: readonly HostEntry[]): void {
    const movable = colour === "black" ? hosts : hosts.filter(({ url }) => !this.has("black", url))
    for (const { url } of movable) {
      for (const other of HOST_COLOURS) if (other !== colour) this.remove(other, url)
    }
    this.store(colour, movable)
  }

  remove(colour: HostColour, url: string): void {
    this.#lists[colour].delete(url)
  }

  /** Takes hosts off a list that were last seen before a moment (UNIX seconds). */
  removeOlder(colour: HostColour, moment: number): void {
    for (const { url, lastSeen } of this.entries(colour)) {
      if (lastSeen < moment) this.#lists[colour].delete(url)
    }
  }

  /** Up to `count` hosts of a list that `accept` takes, drawn with equal chances. */
  sample(colour: HostColour, count: number, accept: (url: string) => boolean, random: Random): HostEntry[] {
    const pool = this.entries(colour).filter((host) => accept(host.url))
    return draw(pool, count, random)
  }
}

/** Up to `count` elements of `pool`, drawn with equal chances; `pool` is shuffled on the way. */
function draw<T>(pool: T[], count: number, random: Random): T[] {
  const drawn = Math.min(count, pool.length)
  for (let i = 0; i < drawn; i++) {
    const from = i + random.integer(pool.length - i)
    const chosen = pool[from] as T
    pool[from] = pool[i] as T
    pool[i] = chosen
  }
  return pool.slice(0, drawn)
}
