import type { Random } from "@dchat/runtime"
import type { VirtualHost, VirtualWorld } from "@dchat/runtime/virtual"
import { drawSome } from "../draw.ts"
import { receive, type EvilPeer } from "../adversary/evil-peer.ts"
import type { SimNode } from "../sim-node.ts"
import { MAGIC } from "../settings.ts"
import { AddressSpace } from "./addresses.ts"

const PORT = 9600
const MOST = 5000
/** What a node knows at its first start it has heard from several: so many addresses from each. */
const AT_A_TIME = 25
/** Somebody who is connected stays for 10 to 30 minutes, and is away for as long, in milliseconds. */
const LEAST_MS = 600_000
const MORE_MS = 1_200_000
/** When they say that somebody was seen last: within the hour, in seconds. */
const SEEN_WITHIN_S = 3600

/** One of the crowd who is there for now, and what it is connected to. */
interface Present {
  readonly peers: Set<EvilPeer>
  isAway: boolean
}

/** Honest addresses beside those of the nodes. */
export interface CrowdOptions {
  /** How many, up to 5,000, each in a netgroup of its own. Every second one is never there. */
  readonly addresses: number
  /** Of how many, drawn for each, a node has heard before it starts for the first time. */
  readonly known: number
}

/**
 * The many whom a node may know, and who cost next to nothing: those who are there welcome whoever dials them, answer
 * pings, say addresses of the crowd when they are asked, leave after a while, and come back.
 */
export class Crowd {
  readonly ips: readonly string[]
  readonly #known: number
  readonly #random: Random
  readonly #host: VirtualHost
  readonly #present = new Map<string, Present>()
  readonly #met = new Set<number>()

  constructor(world: VirtualWorld, { addresses, known }: CrowdOptions, random: Random) {
    if (!Number.isInteger(addresses) || addresses < 2 || addresses > MOST)
      throw new RangeError(`a crowd of ${addresses} addresses: there must be 2 to ${MOST}`)
    const space = new AddressSpace("crowd", addresses)
    this.ips = Array.from({ length: addresses }, () => space.next())
    this.#known = known
    this.#random = random
    this.#host = world.host({ name: "crowd", ip: this.ips.filter((_, index) => index % 2 === 0) })
    world.host({ name: "absent-crowd", ip: this.ips.filter((_, index) => index % 2 !== 0) })
  }

  /** Whoever is there takes connections from now on. */
  start(): void {
    void receive(this.#host, PORT, {
      magic: MAGIC,
      addresses: (max) => this.#some(2 * max),
      advertised: (ip) => [`tcp://${ip}:${PORT}/`],
      begun: (peer) => this.#welcome(peer),
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
    const now = Math.floor(this.#host.clock.now() / 1000)
    return this.#draw(count).map((ip) => [`tcp://${ip}:${PORT}/`, BigInt(now - this.#random.integer(SEEN_WITHIN_S))])
  }

  #draw(count: number): string[] {
    return drawSome(this.ips, count, this.#random)
  }

  /** Whoever is away hangs up. Who gets his first connection will leave after a while. */
  #welcome(peer: EvilPeer): void {
    const { ip } = peer
    let present = this.#present.get(ip)
    if (present === undefined) {
      this.#present.set(ip, (present = { peers: new Set(), isAway: false }))
      this.#later(() => this.#leave(ip))
    }
    if (present.isAway) peer.hangUp()
    else present.peers.add(peer)
  }

  #leave(ip: string): void {
    const present = this.#present.get(ip)
    if (present === undefined) return
    present.isAway = true
    for (const peer of present.peers) peer.hangUp()
    present.peers.clear()
    this.#later(() => this.#present.delete(ip))
  }

  #later(action: () => void): void {
    this.#host.clock.setTimer(LEAST_MS + this.#random.integer(MORE_MS), action)
  }
}
