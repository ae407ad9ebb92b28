// An application keeps a network: starts it, lets it run in the background, does its work, and stops it.
import { P2p, type Settings } from "@dchat/net"

class App {
  readonly #p2p: P2p

  private constructor(p2p: P2p) {
    this.#p2p = p2p
  }

  static async create(settings: Partial<Settings>): Promise<App> {
    return new App(await P2p.create(settings))
  }

  async start(work: (p2p: P2p) => Promise<void>): Promise<void> {
    // Returns when the ports are open and every seed has answered, failed or taken too long.
    await this.#p2p.start()
    // Goes on in the background, until somebody stops the network.
    const running = this.#p2p.run()
    const told = this.#p2p.subscribeStop().then(() => console.log("told to stop"))
    await work(this.#p2p)
    await this.#p2p.stop()
    await Promise.all([running, told])
    console.log(this.#p2p.state)
  }
}

const tcp = { activeProfiles: ["tcp"], localnet: true }
const anyPort = "tcp://127.0.0.1:0"

// A seed; a node that can be reached, and tells the seed so; and one that makes a connection to whom the seed knows.
const seed = await App.create({ ...tcp, inboundAddrs: [anyPort], outboundConnections: 0 })
await seed.start(async ({ sessions: { inbound } }) => {
  const seeds = inbound.addresses
  const bob = await App.create({ ...tcp, seeds, inboundAddrs: [anyPort], externalAddrs: [anyPort] })
  await bob.start(async () => {
    const alice = await App.create({ ...tcp, seeds, outboundConnections: 1 })
    await alice.start(async (p2p) => {
      for await (const { event } of p2p.dnet.subscribe()) if (event === "outbound_slot_connected") break
      console.log("alice has found bob through the seed")
    })
  })
})

// Output:
// alice has found bob through the seed
// told to stop
// stopped
// told to stop
// stopped
// told to stop
// stopped
