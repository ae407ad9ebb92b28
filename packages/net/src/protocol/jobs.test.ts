import { expect, test } from "vitest"
import { SESSION_DEFAULT } from "../index.ts"
import { TestNet } from "../testing/test-net.test-kit.ts"

test("a protocol whose start never ends holds up neither the place of a peer that has left, nor the stop", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob", { inboundConnections: 1 })
  let begun = 0
  bob.p2p.protocols.register(SESSION_DEFAULT, () => ({
    name: "ProtocolStuck",
    start() {
      begun++
      return new Promise<void>(() => undefined)
    },
  }))
  for (const name of ["alice", "carol"]) {
    const peer = await net.node(name, { peers: [bob.url] })
    await net.run(peer)
    await net.world.advance(5000)
    expect(peer.p2p.peers()).toHaveLength(1)
    await net.world.runUntil(peer.p2p.stop())
    await net.world.advance(5000)
    expect(bob.p2p.channels()).toEqual([])
  }
  expect(begun).toBe(2)

  const dave = await net.node("dave", { peers: [bob.url] })
  await net.run(dave)
  await net.world.advance(5000)
  await net.world.runUntil(bob.p2p.stop())
  expect(bob.p2p.state).toBe("stopped")
})
