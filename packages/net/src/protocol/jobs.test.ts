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

test("a job that does not heed its signal is named after 5 s, once, while the stop waits for it", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  let end = (): void => {}
  bob.p2p.protocols.register(SESSION_DEFAULT, () => ({
    name: "ProtocolDeaf",
    start(jobs) {
      void jobs.spawn(() => new Promise<void>((resolve) => (end = resolve)))
    },
  }))
  const alice = await net.node("alice", { peers: [bob.url] })
  await net.run(alice)
  await net.world.advance(5000)
  const stopping = bob.p2p.stop()
  const complaints = (): string[] =>
    net.log.records.filter(({ name, level }) => name === "bob" && level === "warn").map(({ message }) => message)
  await net.world.advance(4990)
  expect(complaints()).toEqual([])
  await net.world.advance(60_000)
  expect(complaints()).toEqual([
    expect.stringMatching(/^tcp:\/\/10\.0\.0\.2:\d+\/: a job of ProtocolDeaf goes on 5 s after it was cancelled/),
  ])
  expect(bob.p2p.state).toBe("stopping")
  end()
  await net.world.runUntil(stopping)
  expect(complaints()).toHaveLength(1)
})
