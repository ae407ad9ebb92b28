import { HostRoster, type Host, type HostColour, type HostEntry, type HostLists, type ListsContext } from "@dchat/net"
import type { Random } from "@dchat/runtime"
import { drawSome } from "../draw.ts"

/** A host as lists keep it, and what a rule may look at. */
export interface Kept {
  readonly url: string
  lastSeen: number
  colour: HostColour
  readonly group: string
  readonly source: string
  readonly bucket: number
  failures: number
  /** When it was dialled or probed in vain last, in UNIX seconds. */
  failedAt: number
  /** When it answered last, in UNIX seconds; `-Infinity` if it never did. */
  answeredAt: number
  /** Whoever was proven once is nothing special by rules other than ours. */
  readonly provenAt: number
}

/** A host that wants a place. */
export type Newcomer = Pick<Kept, "url" | "colour" | "group" | "source"> & {
  /** Whether it is white or gold at this moment. */
  readonly isProven: boolean
}

const PROVEN: ReadonlySet<HostColour> = new Set(["white", "gold"])

/** Lists of hosts that leave open who gets a place, who has to leave and how draws go. */
export abstract class PlainLists extends HostRoster<Kept> implements HostLists {
  #evicted = 0
  #turnedAway = 0
  #key: Uint8Array
  protected readonly context: ListsContext

  constructor(context: ListsContext) {
    super()
    this.context = context
    this.#key = context.random.fork("buckets").bytes(16)
  }

  /** No list holds more: who was seen longest ago leaves. */
  protected abstract readonly caps: Readonly<Record<HostColour, number>>

  /** A place for a host, from which somebody else may have had to go; undefined if it gets none. */
  protected abstract reserve(newcomer: Newcomer): number | undefined

  abstract lost(url: string, provenAt?: number): void
  abstract unanswered(url: string): void
  abstract incumbent(colour: "white" | "gold", url: string): string | undefined
  abstract spread(colour: HostColour, count: number, accept: (host: Host) => boolean, random: Random): Host[]

  get evicted(): number {
    return this.#evicted
  }

  get turnedAway(): number {
    return this.#turnedAway
  }

  get key(): Uint8Array {
    return this.#key
  }

  set key(key: Uint8Array) {
    const hosts = this.leaveAll()
    this.#key = key
    for (const host of hosts) this.#put(host.colour, host, host.source)
  }

  store(colour: HostColour, hosts: Iterable<HostEntry>, source?: string): HostEntry[] {
    const left: HostEntry[] = []
    for (const host of hosts) if (!this.#put(colour, host, source)) left.push(host)
    this.#trim(colour)
    this.#turnedAway += left.length
    return left
  }

  fail(url: string): void {
    const host = this.get(url)
    if (host === undefined) return
    host.failures++
    host.failedAt = this.context.now()
  }

  /** Nobody is probed again. */
  stalest(): undefined {}

  sample(colour: HostColour, count: number, accept: (url: string) => boolean, random: Random): HostEntry[] {
    return drawSome(
      this.entries(colour).filter(({ url }) => accept(url)),
      count,
      random,
    )
  }

  /** Somebody has more right to the place of a host. */
  protected evict(url: string): void {
    this.leave(url)
    this.#evicted++
  }

  #put(colour: HostColour, { url, lastSeen }: HostEntry, from: string | undefined): boolean {
    const known = this.get(url)
    const isProof = PROVEN.has(colour)
    if (known?.colour === colour) {
      known.lastSeen = lastSeen
      if (isProof) Object.assign(known, { failures: 0, answeredAt: lastSeen })
      return true
    }
    const group = known?.group ?? this.context.groupOf(url)
    const source = from ?? known?.source ?? `unknown ${group}`
    const isProven = known !== undefined && PROVEN.has(known.colour)
    const bucket = this.reserve({ url, colour, group, source, isProven })
    if (bucket === undefined) return false
    this.leave(url)
    const { failures = 0, failedAt = -Infinity, answeredAt = -Infinity } = known ?? {}
    const history = isProof ? { failures: 0, failedAt, answeredAt: lastSeen } : { failures, failedAt, answeredAt }
    const host: Kept = { url, lastSeen, colour, group, source, bucket, ...history, provenAt: -Infinity }
    this.enter(host)
    return true
  }

  #trim(colour: HostColour): void {
    if (this.size(colour) <= this.caps[colour]) return
    const newestFirst = this.entries(colour).toSorted((a, b) => b.lastSeen - a.lastSeen)
    for (const { url } of newestFirst.slice(this.caps[colour])) this.evict(url)
  }
}
