import { expect, test } from "vitest"
import { RawPeer } from "../testing/raw-peer.test-kit.ts"
import { MAGIC, TestNet } from "../testing/test-net.test-kit.ts"

test("slots come and go with the settings, empty ones first", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { outboundConnections: 2 })
  alice.p2p.hosts.lists.store("white", [{ url: bob.url, lastSeen: 1 }])
  await net.run(alice)
  await net.world.advance(10)
  const connected = alice.p2p.getInfo().outbound_slots.filter((id) => id !== 0)
  expect(alice.p2p.getInfo().outbound_slots).toHaveLength(2)

  alice.p2p.reload({ outboundConnections: 4 })
  expect(alice.p2p.getInfo().outbound_slots).toHaveLength(4)
  alice.p2p.reload({ outboundConnections: 1 })
  expect(alice.p2p.getInfo().outbound_slots).toEqual(connected)
  alice.p2p.reload({ outboundConnections: 0 })
  await net.world.advance(10)
  expect(alice.p2p.getInfo()).toEqual({ channels: [], outbound_slots: [] })
  alice.p2p.reload({ outboundConnections: 1 })
  await net.world.advance(60_000)
  expect(alice.p2p.getInfo().outbound_slots).toEqual(alice.p2p.channels().map(({ id }) => id))
})

test("peers that the settings name no more are let go, new ones are connected to, others stay", async () => {
  await using net = new TestNet()
  const [bob, carol, dave] = [await net.listening("bob"), await net.listening("carol"), await net.listening("dave")]
  const alice = await net.node("alice", { peers: [bob.url] })
  await net.run(alice)
  await net.world.runUntil(alice.p2p.sessions.manual.connect(dave.url))
  alice.p2p.reload({ peers: [carol.url] })
  await net.world.advance(10)
  expect(alice.p2p.channels().map(({ address }) => address)).toEqual([dave.url, carol.url])
})

test("a host that is blacklisted is disconnected and not dialled again", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { peers: [bob.url] })
  await net.run(alice)
  await net.world.advance(10)
  expect(alice.p2p.channels()).toHaveLength(1)
  alice.p2p.reload({ blacklist: [{ host: "10.0.0.1", schemes: ["tcp"], ports: [] }] })
  await net.world.advance(60_000)
  expect(alice.p2p.channels()).toEqual([])
})

test("what needs a start is refused while the node runs, and the magic always", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  expect(() => bob.p2p.reload({ inboundAddrs: [] })).toThrow("inboundAddrs cannot change while the network runs")
  expect(() => bob.p2p.reload({ peers: ["nowhere"] })).toThrow("not an absolute URL")
  await net.world.runUntil(bob.p2p.stop())
  bob.p2p.reload({ inboundAddrs: [] })
  expect(bob.p2p.settings.inboundAddrs).toEqual([])
  expect(() => bob.p2p.reload({ magicBytes: Uint8Array.of(1, 2, 3, 4) })).toThrow("make another network")
})

test("seeds, timeouts and the ban policy are those of the moment", async () => {
  await using net = new TestNet()
  const seed = await net.listening("seed")
  const alice = await net.node("alice")
  await net.run(alice)
  await net.world.runUntil(alice.p2p.sessions.seed.query())
  expect(seed.p2p.hosts.lists.size("grey")).toBe(0)
  alice.p2p.reload({ seeds: [seed.url], externalAddrs: ["tcp://10.0.0.2:7/"] })
  await net.world.runUntil(alice.p2p.sessions.seed.query())
  await net.world.advance(10)
  expect(seed.p2p.hosts.lists.get("tcp://10.0.0.2:7/")).toBeDefined()

  const silent = net.host("silent")
  const listener = await silent.network.listen({ kind: "tcp", host: "10.0.0.3", port: 3 })
  alice.p2p.reload({ profiles: { tcp: { channelHandshakeTimeout: 2 } } })
  const start = net.world.now
  await expect(net.world.runUntil(alice.p2p.sessions.direct.get("tcp://10.0.0.3:3"))).rejects.toThrow("took too long")
  expect(net.world.now - start).toBeLessThan(2100)
  await net.world.runUntil(listener.close())

  seed.p2p.reload({ banPolicy: "relaxed" })
  const peer = await net.world.runUntil(RawPeer.dial(seed.url, net.host("peer")))
  peer.sendBytes(Uint8Array.of(...MAGIC, 1, 120, 0))
  await net.world.advance(100)
  expect([peer.closedAt !== undefined, seed.p2p.getCounters().bans]).toEqual([true, 0])
})

test("a peer that our profiles did not allow is connected to when they do", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { activeProfiles: ["tor"], peers: [bob.url] })
  await net.run(alice)
  const { manual } = alice.p2p.sessions
  await expect(manual.connect(bob.url)).rejects.toMatchObject({ code: "unsupported-transport" })
  await net.world.advance(60_000)
  expect(alice.p2p.peers()).toEqual([])

  alice.p2p.reload({ activeProfiles: ["tcp"] })
  const channel = await net.world.runUntil(manual.connect(bob.url))
  expect(alice.p2p.peers()).toEqual([channel])
})
