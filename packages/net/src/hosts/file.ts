import type { Runtime, Store } from "@dchat/runtime"
import { canonicalUrl, FormatError } from "@dchat/wire"
import { formatBuckets, parseBuckets } from "./bucket-file.ts"
import type { Hosts } from "./hosts.ts"
import { HOST_COLOURS, type HostColour, type HostEntry, type HostLists } from "./lists.ts"

/** The lists that are written, in this order. Bans last until the node stops. */
const SAVED: readonly HostColour[] = ["dark", "grey", "white", "gold"]

/** An entry of a host list file. */
export interface SavedHost extends HostEntry {
  readonly colour: HostColour
}

/** The text of a host list file: for each host a line with colour, URL and UNIX seconds, between tabs (darkfi-net 7.10). */
export function formatHostList(lists: HostLists): string {
  return SAVED.flatMap((colour) =>
    lists
      .entries(colour)
      .toSorted((a, b) => b.lastSeen - a.lastSeen)
      .map(({ url, lastSeen }) => `${colour}\t${url}\t${lastSeen}\n`),
  ).join("")
}

/**
 * The hosts of a host list file. Lines that are not as they should be are skipped, further columns ignored. A host that
 * stands there more than once is taken where it was seen last.
 */
export function parseHostList(text: string): SavedHost[] {
  const hosts = new Map<string, SavedHost>()
  for (const line of text.split(/\r?\n/)) {
    const host = parseLine(line)
    if (host === undefined) continue
    const known = hosts.get(host.url)
    if (known === undefined || known.lastSeen < host.lastSeen) hosts.set(host.url, host)
  }
  return [...hosts.values()]
}

function parseLine(line: string): SavedHost | undefined {
  const [name, address = "", seconds = ""] = line.split("\t")
  const colour = HOST_COLOURS.find((one) => one === name)
  const lastSeen = Number(seconds)
  if (colour === undefined || !/^\d+$/.test(seconds) || !Number.isSafeInteger(lastSeen)) return undefined
  try {
    return { colour, url: canonicalUrl(address), lastSeen }
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

/** What a host list file needs of the world. */
export interface HostFileRuntime extends Pick<Runtime, "clock" | "log"> {
  readonly store: Pick<Store, "read" | "write">
}

/** On loading, a host that finds no room is proven a little less. */
const INSTEAD: Readonly<Partial<Record<HostColour, HostColour>>> = { gold: "white", white: "grey" }

/**
 * Keeps the host lists in a store under a name, so that a node that comes back knows others (darkfi-net 7.10); and under
 * `NAME.buckets` what it needs to divide them as before. Without that, they are divided anew.
 */
export class HostFile {
  readonly #name: string
  readonly #hosts: Pick<Hosts, "lists" | "policy">
  readonly #runtime: HostFileRuntime
  /** What was written last under each name. */
  readonly #saved = new Map<string, string>()
  #saving: Promise<void> = Promise.resolve()

  constructor(name: string, hosts: Pick<Hosts, "lists" | "policy">, runtime: HostFileRuntime) {
    this.#name = name
    this.#hosts = hosts
    this.#runtime = runtime
  }

  /** Puts the hosts of the file on their lists. What cannot be read is logged. */
  async load(): Promise<void> {
    const { clock, log } = this.#runtime
    const { lists, policy } = this.#hosts
    try {
      const text = await this.#read(this.#name)
      if (text === undefined) return
      const { key, sources } = parseBuckets((await this.#read(this.#bucketsName)) ?? "")
      if (key !== undefined) lists.key = key
      const now = Math.floor(clock.now() / 1000)
      const hosts = parseHostList(text)
      const seen = hosts.map((host) => ({ ...host, lastSeen: policy.seen(BigInt(host.lastSeen), now, true) }))
      // The banned at once: whether there are too many is looked at each time.
      lists.store(
        "black",
        seen.filter(({ colour }) => colour === "black"),
      )
      for (const { colour, url, lastSeen } of seen) {
        if (colour !== "black") this.#place(colour, { url, lastSeen }, sources.get(url))
      }
      log.info(`Read ${hosts.length} hosts from ${this.#name}`)
    } catch (error) {
      log.error(`The hosts in ${this.#name} cannot be read`, { error })
    }
  }

  /**
   * Writes the lists as they are at this moment, each file whole or not at all, if they are not empty and have changed. A
   * failure is logged.
   */
  save(): Promise<void> {
    const text = formatHostList(this.#hosts.lists)
    if (text === "") return this.#saving
    const buckets = formatBuckets(this.#hosts.lists)
    this.#saving = this.#saving.then(() => this.#writeAll(text, buckets))
    return this.#saving
  }

  async #writeAll(text: string, buckets: string): Promise<void> {
    try {
      // First this one: it may know of more hosts than the list without harm.
      await this.#write(this.#bucketsName, buckets)
      await this.#write(this.#name, text)
    } catch (error) {
      this.#runtime.log.error(`The hosts cannot be written to ${this.#name}`, { error })
    }
  }

  get #bucketsName(): string {
    return `${this.#name}.buckets`
  }

  #place(colour: HostColour, host: HostEntry, source: string | undefined): void {
    const [left] = this.#hosts.lists.move(colour, [host], source)
    const instead = INSTEAD[colour]
    if (left !== undefined && instead !== undefined) this.#place(instead, host, source)
  }

  async #read(name: string): Promise<string | undefined> {
    const bytes = await this.#runtime.store.read(name)
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
  }

  async #write(name: string, text: string): Promise<void> {
    if (this.#saved.get(name) === text) return
    await this.#runtime.store.write(name, new TextEncoder().encode(text))
    this.#saved.set(name, text)
  }
}
