import type { Random } from "@dchat/runtime"
import type { VirtualHost, VirtualWorld } from "@dchat/runtime/virtual"
import { drawSome } from "../adversary/draw.ts"
import { receive, type EvilPeer } from "../adversary/evil-peer.ts"
import type { SimNode } from "../node.ts"
import { MAGIC } from "../settings.ts"
import { AddressSpace } from "./addresses.ts"

const PORT = 9600
const MOST = 5000
/** What a node knows at its first start it has heard from several: so many addresses from each. */
const AT_A_TIME = 25
/** A connection is kept for 10 to 30 minutes, in milliseconds. */
const KEPT_MS = { least: 600_000, more: 1_200_000 }
/** When they say that somebody was seen last: within the hour, in seconds. */
const SEEN_WITHIN_S = 3600

/** Honest addresses beside those of the nodes. */
export interface CrowdOptions {
  /** How many, up to 5,000, each in a netgroup of its own. Of every two one answers. */
  readonly addresses: number
  /** Of how many, drawn for each, a node has heard before it starts for the first time. */
  readonly known: number
}

/**
 * The many whom a node may know, and who cost next to nothing: those who are there welcome whoever dials them, answer
 * pings, say addresses of the crowd when they are asked, and leave after a while.
 */
export class Crowd {
  readonly ips: readonly string[]
  readonly #known: number
  readonly #random: Random
  readonly #present: VirtualHost
  readonly #met = new Set<number>()

  constructor(world: VirtualWorld, { addresses, known }: CrowdOptions, random: Random) {
    if (!Number.isInteger(addresses) || addresses < 2 || addresses > MOST)
      throw new RangeError(`a crowd of ${addresses} addresses: there must be 2 to ${MOST}`)
    const space = new AddressSpace("crowd", addresses)
    this.ips = Array.from({ length: addresses }, () => space.next())
    this.#known = known
    this.#random = random
    this.#present = world.host({ name: "crowd", ip: this.ips.filter((_, index) => index % 2 === 0) })
    world.host({ name: "absent-crowd", ip: this.ips.filter((_, index) => index % 2 !== 0) })
  }

  /** Whoever is there takes connections from now on. */
  start(): void {
    void receive(this.#present, PORT, {
      magic: MAGIC,
      addresses: (max) => this.#some(2 * max),
      advertised: (ip) => [`tcp://${ip}:${PORT}/`],
      introduced: (peer) => this.#leaveLater(peer),
    })
  }

  /** Tells a node of some of the crowd, the first time that it boots. */
  introduce({ index, p2p }: SimNode): void {
    if (this.#met.has(index)) return
    this.#met.add(index)
    for (let told = 0; told < this.#known; told += AT_A_TIME) {
      const group = p2p.hosts.groupOf(`tcp://${this.#draw(1)[0] ?? ""}:${PORT}/`)
      p2p.hosts.insert(this.#some(Math.min(AT_A_TIME, this.#known - told)), { group, isOwn: () => false })
    }
  }

  #some(count: number): [url: string, lastSeen: bigint][] {
    const now = Math.floor(this.#present.clock.now() / 1000)
    return this.#draw(count).map((ip) => [`tcp://${ip}:${PORT}/`, BigInt(now - this.#random.integer(SEEN_WITHIN_S))])
  }

  #draw(count: number): string[] {
    return drawSome(this.ips, count, this.#random)
  }

  #leaveLater(peer: EvilPeer): void {
    const ms = KEPT_MS.least + this.#random.integer(KEPT_MS.more)
    this.#present.clock.setTimer(ms, () => peer.hangUp())
  }
}
