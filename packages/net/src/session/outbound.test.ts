import { expect, test } from "vitest"
import { netgroupOf } from "../hosts/netgroup.ts"
import type { Settings } from "../index.ts"
import { RawPeer } from "../testing/raw-peer.test-kit.ts"
import { TestNet, urlOn, type TestNode } from "../testing/test-net.test-kit.ts"

/** A node that can be reached and makes connections of its own. Not started. */
async function peer(net: TestNet, name: string, settings: Partial<Settings>): Promise<TestNode> {
  const host = net.host(name)
  const url = urlOn(host)
  return net.node(name, { inboundAddrs: [url], externalAddrs: [url], outboundConnections: 3, ...settings }, host)
}

/** How many of a node's slots are filled. */
function filled({ p2p }: TestNode): number {
  return p2p.getInfo().outbound_slots.filter((id) => id !== 0).length
}

// Nodes of a network of their own: ports tell them apart as little as in the world, so each has its own address.
const WORLD: Partial<Settings> = { localnet: false }

test("three fresh nodes and a fresh seed have their first outbound connections within 3 s", async () => {
  await using net = new TestNet()
  const seedHost = net.host("seed", "1.0.0.1")
  const seed = await net.node("seed", { ...WORLD, inboundAddrs: [urlOn(seedHost)] }, seedHost)
  const nodes: TestNode[] = []
  for (const [i, name] of ["alice", "bob", "carol"].entries()) {
    const host = net.host(name, `1.0.${i + 1}.1`)
    const url = urlOn(host)
    const settings = {
      ...WORLD,
      inboundAddrs: [url],
      externalAddrs: [url],
      outboundConnections: 3,
      seeds: [urlOn(seedHost)],
    }
    nodes.push(await net.node(name, settings, host))
  }
  const start = net.world.now
  for (const node of [seed, ...nodes]) {
    void node.p2p.start().then(() => node.p2p.run())
  }
  await net.world.runUntil(() => nodes.every((node) => filled(node) > 0))
  expect(net.world.now - start).toBeLessThan(3000)

  await net.world.advance(10_000)
  for (const node of nodes) {
    expect(filled(node)).toBe(2)
    const ids = node.p2p.channels().map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(node.p2p.getInfo().outbound_slots.filter((id) => id !== 0)))
  }
})

test("while a node knows nobody it asks its seeds again after 0.5, 1, 2 and 4 s, then every 5 s", async () => {
  await using net = new TestNet()
  const seed = await net.listening("seed")
  const alice = await peer(net, "alice", { seeds: [seed.url], externalAddrs: [] })
  const visits: number[] = []
  const watching = seed.p2p.dnet.subscribe()
  await net.run(alice)
  const start = net.world.now
  void (async () => {
    for await (const { event } of watching) if (event === "inbound_connected") visits.push(net.world.now - start)
  })()
  await net.world.advance(18_000)
  watching.close()
  // The first visit was that of the start.
  const pauses = visits.map((visit, i) => Math.round((visit - (visits[i - 1] ?? 0)) / 500) / 2)
  expect(pauses).toEqual([0, 0.5, 1, 2, 4, 5, 5])
})

test("a host that does not answer goes back to grey, and is dialled again at growing pauses", async () => {
  await using net = new TestNet()
  const nobody = "tcp://10.9.9.9:1000/"
  const carol = await net.listening("carol")
  const settings = { outboundConnections: 1, peers: [carol.url], greylistRefineryInterval: 1e6 }
  const alice = await peer(net, "alice", settings)
  alice.p2p.hosts.lists.store("white", [{ url: nobody, lastSeen: 5 }])
  const dials: number[] = []
  const watching = alice.p2p.dnet.subscribe()
  void (async () => {
    for await (const { event } of watching) if (event === "outbound_slot_connecting") dials.push(net.world.now)
  })()
  await net.run(alice)
  await net.world.advance(60_000)
  watching.close()
  expect(dials.length).toBeGreaterThan(3)
  expect(dials.length).toBeLessThan(40)
  expect(alice.p2p.hosts.lists.entries("grey")).toEqual([{ url: nobody, lastSeen: 5 }])
  expect(alice.p2p.hosts.lists.size("white")).toBe(0)
})

test("a slot prefers who is proven, even if it is the only slot", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const carol = await net.listening("carol")
  for (let round = 0; round < 5; round++) {
    const alice = await peer(net, `alice ${round}`, { outboundConnections: 1 })
    alice.p2p.hosts.lists.store("grey", [{ url: carol.url, lastSeen: 9 }])
    alice.p2p.hosts.lists.store("white", [{ url: bob.url, lastSeen: 5 }])
    await net.run(alice)
    await net.world.advance(10)
    expect(alice.p2p.channels().map(({ address }) => address)).toEqual([bob.url])
    expect(alice.p2p.hosts.lists.entries("gold")).toMatchObject([{ url: bob.url }])
  }
})

test("a slot that loses its peer takes another one", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const carol = await net.listening("carol")
  const alice = await peer(net, "alice", { outboundConnections: 1 })
  alice.p2p.hosts.lists.store("white", [{ url: bob.url, lastSeen: 5 }])
  await net.run(alice)
  await net.world.advance(20_000)
  expect(filled(alice)).toBe(1)
  alice.p2p.hosts.lists.store("white", [{ url: carol.url, lastSeen: 5 }])
  await net.world.runUntil(bob.p2p.stop())
  await net.world.advance(1000)
  expect(alice.p2p.channels().map(({ address }) => address)).toEqual([carol.url])
  expect(alice.p2p.hosts.lists.entries("grey").map(({ url }) => url)).toEqual([bob.url])
})

test("a host that a configuration names as seed, and our own address, are never dialled", async () => {
  await using net = new TestNet()
  const seed = await net.listening("seed")
  const alice = await peer(net, "alice", { seeds: [seed.url] })
  const own = alice.p2p.settings.externalAddrs[0] ?? ""
  alice.p2p.hosts.lists.store("white", [
    { url: seed.url, lastSeen: 5 },
    { url: own, lastSeen: 5 },
  ])
  await net.run(alice)
  await net.world.advance(10_000)
  expect(filled(alice)).toBe(0)
})

/** Hosts of the open network that listen on port 1000. */
async function listeners(net: TestNet, ips: readonly string[]): Promise<string[]> {
  const urls: string[] = []
  for (const ip of ips) {
    const host = net.host(ip, ip)
    const url = urlOn(host)
    await net.run(await net.node(ip, { ...WORLD, inboundAddrs: [url] }, host))
    urls.push(url)
  }
  return urls
}

const netgroups = ({ p2p }: TestNode): string[] =>
  p2p
    .channels()
    .map(({ address }) => netgroupOf(address, false))
    .toSorted()

test("no two slots are of one netgroup while there is another; a grey of another goes before a white of the same", async () => {
  await using net = new TestNet()
  const crowd = await listeners(
    net,
    Array.from({ length: 12 }, (_, i) => `1.1.0.${i + 1}`),
  )
  const others = await listeners(net, ["2.2.0.1", "3.3.0.1"])
  const host = net.host("alice", "9.9.0.1")
  const alice = await net.node("alice", { ...WORLD, outboundConnections: 3 }, host)
  alice.p2p.hosts.lists.store(
    "white",
    crowd.map((url) => ({ url, lastSeen: 5 })),
  )
  alice.p2p.hosts.lists.store(
    "grey",
    others.map((url) => ({ url, lastSeen: 5 })),
  )
  await net.run(alice)
  await net.world.advance(1000)
  expect(netgroups(alice)).toEqual(["1.1", "2.2", "3.3"])
})

test("where all hosts are of one netgroup, slots take them all the same", async () => {
  await using net = new TestNet()
  const crowd = await listeners(net, ["1.1.0.1", "1.1.0.2", "1.1.0.3"])
  const alice = await net.node("alice", { ...WORLD, outboundConnections: 3 }, net.host("alice", "9.9.0.1"))
  alice.p2p.hosts.insert(
    crowd.map((url) => [url, 5n]),
    { group: "4.4", isOwn: () => false },
  )
  await net.run(alice)
  await net.world.advance(1000)
  expect(filled(alice)).toBe(3)
})

test("addresses of other netgroups that are made up do not keep a slot from a proven host of the same one", async () => {
  await using net = new TestNet()
  const crowd = await listeners(net, ["1.1.0.1", "1.1.0.2"])
  const alice = await net.node(
    "alice",
    { ...WORLD, outboundConnections: 2, greylistRefineryInterval: 1e6 },
    net.host("alice", "9.9.0.1"),
  )
  const { lists } = alice.p2p.hosts
  lists.store(
    "white",
    crowd.map((url) => ({ url, lastSeen: 5 })),
  )
  lists.store(
    "grey",
    Array.from({ length: 600 }, (_, i) => ({ url: `tcp://45.${i % 200}.0.${i % 250}:${i}/`, lastSeen: 5 })),
  )
  await net.run(alice)
  await net.world.advance(120_000)
  expect(netgroups(alice)).toEqual(["1.1", "1.1"])
})

test("a host that takes us in only to close again is dialled at growing pauses, as one that does not answer", async () => {
  await using net = new TestNet()
  const rude = net.host("rude", "10.0.0.9")
  const listener = await rude.network.listen({ kind: "tcp", host: "10.0.0.9", port: 9 })
  const at: number[] = []
  void (async () => {
    for await (const stream of listener) {
      at.push(net.world.now)
      const peer = new RawPeer(stream, rude)
      peer.introduce()
      rude.clock.setTimer(100, () => void peer.close())
    }
  })()
  // A probe that is answered would end the pause.
  const alice = await net.node("alice", { outboundConnections: 1, greylistRefineryInterval: 600 })
  alice.p2p.hosts.lists.store("white", [{ url: "tcp://10.0.0.9:9/", lastSeen: 1 }])
  await net.run(alice)
  await net.world.advance(120_000)
  expect(at.length).toBeGreaterThan(2)
  expect(at.length).toBeLessThan(15)
  await net.world.runUntil(listener.close())
})
