import { P2p } from "@dchat/net"
import type { VirtualHost, VirtualWorld } from "@dchat/runtime/virtual"
import { APP_SETTINGS } from "../settings.ts"
import type { AddressSpace } from "./addresses.ts"

/** The nodes that others ask whom there is. They speak no application's protocol. */
export class SeedNodes {
  readonly hosts: readonly { readonly name: string; readonly ip: string; readonly host: VirtualHost }[]
  readonly #nodes: P2p[] = []

  constructor(world: VirtualWorld, count: number, space: AddressSpace) {
    this.hosts = Array.from({ length: count }, (_, index) => {
      const [name, ip] = [`seed-${index}`, space.next()]
      return { name, ip, host: world.host({ name, ip }) }
    })
  }

  get urls(): string[] {
    return this.hosts.map(({ ip }) => `tcp://${ip}:9600/`)
  }

  /** The nodes, once they have started. */
  get nodes(): readonly P2p[] {
    return this.#nodes
  }

  async start(): Promise<void> {
    for (const { host, ip } of this.hosts) {
      const url = `tcp://${ip}:9600/`
      const settings = { ...APP_SETTINGS, inboundAddrs: [url], outboundConnections: 0, inboundConnections: 4096 }
      const p2p = await P2p.create(settings, { runtime: host })
      await p2p.start()
      void p2p.run()
      this.#nodes.push(p2p)
    }
  }
}
