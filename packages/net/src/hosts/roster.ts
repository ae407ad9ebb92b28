import type { Host, HostColour, HostEntry, HostLists } from "./lists.ts"

/** The part of {@link HostLists} that is the same whatever the rule. */
type Roster = Pick<
  HostLists,
  "size" | "has" | "entries" | "get" | "lastSeen" | "store" | "move" | "remove" | "removeOlder"
>

/**
 * Who is on which of the five lists, each host on one. A rule extends it: it says in `store` who finds room, calls `enter` and
 * `leave` to put hosts on lists and take them off, and says which hosts draws give.
 */
export abstract class HostRoster<K extends Host> implements Roster {
  readonly #hosts = new Map<string, K>()
  readonly #lists: Readonly<Record<HostColour, Set<K>>> = {
    grey: new Set(),
    white: new Set(),
    gold: new Set(),
    black: new Set(),
    dark: new Set(),
  }

  abstract store(colour: HostColour, hosts: Iterable<HostEntry>, source?: string): HostEntry[]

  size(colour: HostColour): number {
    return this.#lists[colour].size
  }

  has(colour: HostColour, url: string): boolean {
    return this.#hosts.get(url)?.colour === colour
  }

  entries(colour: HostColour): HostEntry[] {
    return Array.from(this.#lists[colour], ({ url, lastSeen }) => ({ url, lastSeen }))
  }

  get(url: string): K | undefined {
    return this.#hosts.get(url)
  }

  lastSeen(url: string): number | undefined {
    const host = this.#hosts.get(url)
    return host === undefined || host.colour === "black" || host.colour === "dark" ? undefined : host.lastSeen
  }

  move(colour: HostColour, hosts: readonly HostEntry[], source?: string): HostEntry[] {
    const isFree = colour === "black" || this.size("black") === 0
    return this.store(colour, isFree ? hosts : hosts.filter(({ url }) => !this.has("black", url)), source)
  }

  remove(colour: HostColour, url: string): void {
    if (this.has(colour, url)) this.leave(url)
  }

  removeOlder(colour: HostColour, moment: number): void {
    for (const { url, lastSeen } of this.#lists[colour]) if (lastSeen < moment) this.leave(url)
  }

  /** The hosts on a list, in the order in which they came. */
  protected members(colour: HostColour): K[] {
    return [...this.#lists[colour]]
  }

  /** A host that is on no list comes on that of its colour. */
  protected enter(host: K): void {
    this.#hosts.set(host.url, host)
    this.#lists[host.colour].add(host)
  }

  /** A host leaves the list that it is on; returns what was known of it. */
  protected leave(url: string): K | undefined {
    const host = this.#hosts.get(url)
    if (host === undefined) return undefined
    this.#hosts.delete(url)
    this.#lists[host.colour].delete(host)
    return host
  }

  /** All hosts leave their lists; returns what was known of them, in the order in which they came. */
  protected leaveAll(): K[] {
    const hosts = [...this.#hosts.values()]
    for (const { url } of hosts) this.leave(url)
    return hosts
  }
}
