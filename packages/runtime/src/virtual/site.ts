import { Ports } from "./ports.ts"

/** What a crash breaks off at once. */
export interface Crashable {
  crash(): void
}

/** A host, as the network between hosts knows it, from its start until it crashes. */
export class Site {
  readonly name: string
  readonly ips: readonly string[]
  readonly ports: Ports
  /** Its ends of connections that are open. */
  readonly streams = new Set<Crashable>()
  #isDown = false

  constructor(name: string, ips: readonly string[]) {
    this.name = name
    this.ips = ips
    this.ports = new Ports(ips)
  }

  /** Whether it has crashed: what its programs ask of the world from then on is never answered. */
  get isDown(): boolean {
    return this.#isDown
  }

  /** Ends all that it had open. The programs on it are told of nothing. */
  crash(): void {
    this.#isDown = true
    this.ports.clear()
    for (const stream of [...this.streams]) stream.crash()
    this.streams.clear()
  }
}

/** What a program on a host that has crashed waits for. */
export function never(): Promise<never> {
  return new Promise(() => {})
}
