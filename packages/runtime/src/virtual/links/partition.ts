import type { Link, LinkPolicy } from "../link.ts"
import { withSilence } from "./silence.ts"

/** A cut through the network. Hand {@link apply} to the world, then cut and heal while it runs. */
export class Partition {
  /** The side that each host is on. Who is on none reaches everybody. */
  #sides: ReadonlyMap<string, number> = new Map()

  /** Hosts of one group do not reach those of another, until it heals. Replaces the cut before. */
  split(...groups: readonly (readonly string[])[]): void {
    this.#sides = new Map(groups.flatMap((hosts, side) => hosts.map((host) => [host, side] as const)))
  }

  heal(): void {
    this.#sides = new Map()
  }

  get isHealed(): boolean {
    return this.#sides.size === 0
  }

  /** Whether a host cannot reach another now. */
  separates(a: string, b: string): boolean {
    const [sideA, sideB] = [this.#sides.get(a), this.#sides.get(b)]
    return sideA !== undefined && sideB !== undefined && sideA !== sideB
  }

  /** The links below, and this cut through them. See {@link withSilence} for what becomes of connections. */
  apply(below: LinkPolicy): LinkPolicy {
    return withSilence(below, ({ from, to }: Link) => {
      if (this.isHealed || from.host === undefined || to.host === undefined) return false
      return this.separates(from.host, to.host)
    })
  }
}
