import { Ports } from "./ports.ts"

/** How a host goes down: the other ends of its connections are reset, or hear nothing more. */
export type CrashKind = "reset" | "silent"

/** What a crash breaks off at once. */
export interface Crashable {
  crash(kind: CrashKind): void
}

/** A host, as the network between hosts knows it, from its start until it crashes. */
export class Site {
  readonly name: string
  readonly ips: readonly string[]
  readonly ports: Ports
  /** Its ends of connections that are open. */
  readonly streams = new Set<Crashable>()
  #down: CrashKind | undefined

  /** @param firstPort See {@link Ports}. */
  constructor(name: string, ips: readonly string[], firstPort?: number) {
    this.name = name
    this.ips = ips
    this.ports = new Ports(ips, firstPort)
  }

  /** Whether it has crashed: what its programs ask of the world from then on is never answered. */
  get isDown(): boolean {
    return this.#down !== undefined
  }

  /** Whether it has crashed in such a way that nobody hears of it. Stays so: a restart makes another site. */
  get isSilent(): boolean {
    return this.#down === "silent"
  }

  /** Ends all that it had open. The programs on it are told of nothing. */
  crash(kind: CrashKind): void {
    this.#down = kind
    this.ports.clear()
    for (const stream of [...this.streams]) stream.crash(kind)
    this.streams.clear()
  }
}

/** What a program on a host that has crashed waits for. */
export function never(): Promise<never> {
  return new Promise(() => {})
}
