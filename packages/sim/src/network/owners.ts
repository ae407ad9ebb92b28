import type { VirtualHost, VirtualWorld } from "@dchat/runtime/virtual"
import type { Journal } from "../journal.ts"
import { AddressSpace } from "./addresses.ts"

/** Whose an address is. */
export interface Owner {
  readonly name: string
  /** Of an honest node. */
  readonly index: number | undefined
}

/** Who has which IP addresses, and who of them means harm. */
export class Owners {
  readonly #world: VirtualWorld
  readonly #journal: Journal
  readonly #owners = new Map<string, Owner>()
  readonly #guilty = new Set<string>()
  readonly #spaces = new Map<number, AddressSpace>()
  readonly #rented: VirtualHost[] = []

  constructor(world: VirtualWorld, journal: Journal) {
    this.#world = world
    this.#journal = journal
  }

  /** The computers that adversaries have rented. */
  get rented(): readonly VirtualHost[] {
    return this.#rented
  }

  /** Who has an address; somebody of that name if nobody does. */
  of(ip: string): Owner {
    return this.#owners.get(ip) ?? { name: ip, index: undefined }
  }

  /** Whether a host of that name is an adversary's. */
  isGuilty(name: string): boolean {
    return this.#guilty.has(name)
  }

  /** A host that means no harm has these addresses from now on. */
  add(name: string, ips: readonly string[], index?: number): void {
    this.#own(name, ips, index, false)
  }

  /** A computer for an adversary, with so many addresses in so many netgroups. */
  rent(addresses: number, netgroups: number): VirtualHost {
    let space = this.#spaces.get(netgroups)
    if (space === undefined) this.#spaces.set(netgroups, (space = new AddressSpace("guilty", netgroups)))
    const name = `evil-${this.#rented.length}`
    const ips: string[] = []
    while (ips.length < addresses) {
      const ip = space.next()
      // Spaces of other widths begin with the same addresses.
      if (!this.#owners.has(ip)) ips.push(ip)
    }
    const host = this.#world.host({ name, ip: ips })
    this.#own(name, ips, undefined, true)
    this.#rented.push(host)
    return host
  }

  #own(name: string, ips: readonly string[], index: number | undefined, guilty: boolean): void {
    for (const ip of ips) this.#owners.set(ip, { name, index })
    if (guilty) this.#guilty.add(name)
    this.#journal.trace.write({ event: "host", host: name, ips, guilty })
  }
}
