import { MemoryLog, virtualWorld, type VirtualHost, type VirtualWorld, type WorldOptions } from "@dchat/runtime/virtual"
import { string, struct } from "@dchat/wire"
import { expect } from "vitest"
import { P2p, SESSION_DEFAULT, UNMETERED, defineMessage, type Channel, type Protocol, type Settings } from "../index.ts"

/** The message of the reference's chat. */
export const DchatMsg = defineMessage({
  command: "DchatMsg",
  codec: struct({ msg: string }),
  maxBytes: 2 ** 20 + 5,
  metering: UNMETERED,
})

/** The magic of the recordings and of the examples in darkfi-net 14. */
export const MAGIC = Uint8Array.of(127, 64, 12, 201)

/** The settings with which the reference was recorded. */
export const RECORDED: Partial<Settings> = {
  magicBytes: MAGIC,
  appName: "dchatd",
  appVersion: { major: 0n, minor: 4n, patch: 1n, pre: "", build: "" },
  activeProfiles: ["tcp"],
  outboundConnections: 0,
  localnet: true,
}

/** A node with a chat on it. */
export interface TestNode {
  readonly p2p: P2p
  readonly host: VirtualHost
  readonly inbox: string[]
}

/** Nodes in a world of their own. Dispose of it: it stops all nodes and sees that nothing is left. */
export class TestNet implements AsyncDisposable {
  readonly world: VirtualWorld
  readonly log = new MemoryLog({ level: "info" })
  readonly #nodes: TestNode[] = []

  constructor(options: WorldOptions = {}) {
    this.world = virtualWorld({ log: this.log, ...options })
  }

  /** What a node has logged, from info up. */
  said(name: string): string[] {
    return this.log.records.filter((record) => record.name === name).map((record) => record.message)
  }

  host(name: string, ip?: string): VirtualHost {
    return this.world.host(ip === undefined ? { name } : { name, ip })
  }

  /** A node that is not started. */
  async node(name: string, settings: Partial<Settings> = {}, host: VirtualHost = this.host(name)): Promise<TestNode> {
    const p2p = await P2p.create({ ...RECORDED, ...settings }, { runtime: host })
    const node: TestNode = { p2p, host, inbox: [] }
    p2p.protocols.register(SESSION_DEFAULT, (channel) => chat(channel, node.inbox))
    this.#nodes.push(node)
    return node
  }

  /** A node that listens on port 1000 of its own address, and runs. */
  async listening(name: string, settings: Partial<Settings> = {}): Promise<TestNode & { readonly url: string }> {
    const host = this.host(name)
    const url = urlOn(host)
    const node = await this.node(name, { inboundAddrs: [url], ...settings }, host)
    await this.run(node)
    return { ...node, url }
  }

  /** Starts a node and lets it run. */
  async run({ p2p }: TestNode): Promise<void> {
    await this.world.runUntil(p2p.start())
    void p2p.run()
    await this.world.advance(0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world.runUntil(Promise.all(this.#nodes.map(({ p2p }) => p2p.stop())))
    await this.world.advance(1000)
    expect(this.world.pendingEvents).toBe(0)
  }
}

/** Port 1000 of a host, as a URL. */
export function urlOn({ ips: [ip = ""] }: VirtualHost): string {
  return `tcp://${ip}:1000/`
}

function chat(channel: Channel, inbox: string[]): Protocol {
  const messages = channel.subscribe(DchatMsg)
  return {
    name: "ProtocolDchat",
    start(jobs) {
      void jobs.spawn(async () => {
        for await (const { msg } of messages) inbox.push(msg)
      })
    },
  }
}
