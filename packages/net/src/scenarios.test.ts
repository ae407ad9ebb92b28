import { string, struct } from "@dchat/wire"
import { expect, test } from "vitest"
import { defineMessage, UNMETERED, type Settings } from "./index.ts"
import { GetAddr } from "./message/address.ts"
import { RawPeer } from "./testing/raw-peer.test-kit.ts"
import { DchatMsg, MAGIC, TestNet, urlOn, type TestNode } from "./testing/test-net.test-kit.ts"

// The integration tests of the reference (darkfi-net 12.1), on virtual time, in its order.

const COLOURS = ["grey", "white", "gold", "black", "dark"] as const

/** The URLs that a node has on more than one list. */
function doubles({ p2p }: TestNode): string[] {
  const urls = COLOURS.flatMap((colour) => p2p.hosts.lists.entries(colour).map(({ url }) => url))
  return urls.filter((url, i) => urls.indexOf(url) !== i)
}

async function nodesWithSeed(net: TestNet, count: number): Promise<{ seed: TestNode; nodes: TestNode[] }> {
  const seed = await net.listening("seed", { greylistRefineryInterval: 12 })
  const nodes = []
  for (let i = 0; i < count; i++) {
    const host = net.host(`node ${i}`)
    // On one computer ports tell nodes apart.
    const url = urlOn(host).replace("1000", `${13_200 + i}`)
    const settings: Partial<Settings> = {
      inboundAddrs: [url],
      externalAddrs: [url],
      seeds: [seed.url],
      outboundConnections: 2,
      profiles: { tcp: { outboundConnectTimeout: 2 } },
    }
    nodes.push(await net.node(`node ${i}`, settings, host))
  }
  return { seed, nodes }
}

test("five nodes and a seed find one another; what they know is on one list each; they stop cleanly", async () => {
  await using net = new TestNet()
  const { seed, nodes } = await nodesWithSeed(net, 5)
  for (const node of nodes) await net.run(node)
  // The reference's seed has five greys here, and proves them one by one. Ours has probed them all.
  await net.world.advance(3000)
  expect(seed.p2p.hosts.lists.size("white")).toBe(5)
  expect(seed.p2p.hosts.lists.size("grey")).toBe(0)
  for (const node of nodes) expect(node.p2p.getInfo().outbound_slots.some((id) => id !== 0)).toBe(true)

  await net.world.advance(30_000)
  for (const node of [seed, ...nodes]) expect(doubles(node)).toEqual([])
  for (const node of nodes) expect(node.p2p.hosts.lists.size("gold")).toBe(2)

  const [node] = nodes as [TestNode]
  const gold = node.p2p.hosts.lists.entries("gold").map(({ url }) => url)
  const victim = nodes.find(({ p2p }) => p2p.settings.inboundAddrs.includes(gold[0] ?? "")) as TestNode
  await net.world.runUntil(victim.p2p.stop())
  await net.world.advance(100)
  expect(node.p2p.hosts.lists.has("gold", gold[0] ?? "")).toBe(false)
  expect(doubles(node)).toEqual([])
})

test("five nodes that all name one another as peers have eight channels each", async () => {
  await using net = new TestNet()
  const hosts = Array.from({ length: 5 }, (_, i) => net.host(`node ${i}`))
  const urls = hosts.map(urlOn)
  const nodes = []
  for (const [i, host] of hosts.entries()) {
    const peers = urls.filter((_, other) => other !== i)
    const settings = { inboundAddrs: [urls[i] ?? ""], externalAddrs: [urls[i] ?? ""], peers }
    nodes.push(await net.node(`node ${i}`, settings, host))
  }
  for (const { p2p } of nodes) await net.world.runUntil(p2p.start())
  for (const { p2p } of nodes) void p2p.run()
  await net.world.advance(5000)
  expect(nodes.map(({ p2p }) => p2p.peers().length)).toEqual([8, 8, 8, 8, 8])

  const [first, ...others] = nodes as [TestNode]
  expect(await first.p2p.broadcast(DchatMsg, { msg: "once" })).toEqual({ nodes: 4, sent: 4, refused: 0 })
  await net.world.advance(100)
  expect(others.map(({ inbox }) => inbox)).toEqual([["once"], ["once"], ["once"], ["once"]])
})

const Unheard = defineMessage({ command: "unheard", codec: struct({ a: string }), maxBytes: 100, metering: UNMETERED })

test.each([
  ["a message that nobody knows", (peer: RawPeer) => peer.send(Unheard, { a: "b" })],
  [
    "a command of 256 bytes",
    (peer: RawPeer) => peer.sendBytes(Uint8Array.of(...MAGIC, 0xfd, 0, 1, ...new Uint8Array(256).fill(97), 0)),
  ],
  [
    "a getaddr with 256 transports",
    (peer: RawPeer) => {
      const body = Uint8Array.of(1, 0, 0, 0, 0xfd, 0, 1, ...Array.from({ length: 256 }, () => [3, 116, 99, 112]).flat())
      const header = [...MAGIC, GetAddr.commandBytes.length, ...GetAddr.commandBytes]
      peer.sendBytes(Uint8Array.of(...header, 0xfd, body.length & 255, body.length >> 8, ...body))
    },
  ],
] as const)("%s bans its sender, and nobody else", async (_, offend) => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const carol = await net.node("carol", { peers: [bob.url] })
  await net.run(carol)
  const mallory = await net.world.runUntil(RawPeer.dial(bob.url, net.host("mallory")))
  mallory.introduce()
  await net.world.advance(10)
  offend(mallory)
  await net.world.advance(1000)
  expect(mallory.closedAt).toBeDefined()
  expect(bob.p2p.hosts.lists.entries("black").map(({ url }) => url)).toEqual(["tcp://10.0.0.3/"])
  expect(bob.p2p.peers()).toHaveLength(1)
})

test("2,048 peers that connect and leave at once take no slot for good", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob", { inboundConnections: 8 })
  const host = net.host("peers")
  for (let i = 0; i < 2048; i++) {
    const stream = await net.world.runUntil(host.network.connect({ kind: "tcp", host: "10.0.0.1", port: 1000 }))
    await net.world.runUntil(stream.close())
  }
  await net.world.advance(5000)
  expect(bob.p2p.channels()).toEqual([])
  const peer = await net.world.runUntil(RawPeer.dial(bob.url, host))
  peer.introduce()
  await net.world.advance(10)
  expect(bob.p2p.peers()).toHaveLength(1)
})

test("server and client start and stop three times, and connect each time", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { peers: [bob.url] })
  for (let cycle = 1; cycle <= 3; cycle++) {
    await net.run(alice)
    if (bob.p2p.state === "stopped") await net.run(bob)
    await net.world.advance(5000)
    await alice.p2p.broadcast(DchatMsg, { msg: `cycle ${cycle}` })
    await net.world.advance(10)

    await net.world.runUntil(Promise.all([alice.p2p.stop(), bob.p2p.stop()]))
    expect([...alice.p2p.channels(), ...bob.p2p.channels()]).toEqual([])
    expect(net.world.pendingEvents).toBe(0)
  }
  expect(bob.inbox).toEqual(["cycle 1", "cycle 2", "cycle 3"])
})

test("a broadcast that a channel has no room for is refused and counted, and is refused as a whole after the stop", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { peers: [bob.url] })
  await net.run(alice)
  await net.world.advance(10)
  const msg = "x".repeat(2 ** 20)
  const results = await Promise.all(Array.from({ length: 64 }, () => alice.p2p.broadcast(DchatMsg, { msg })))
  const sent = results.reduce((sum, result) => sum + result.sent, 0)
  const refused = results.reduce((sum, result) => sum + result.refused, 0)
  expect(sent).toBeGreaterThan(0)
  expect(refused).toBeGreaterThan(0)
  expect(sent + refused).toBe(64)
  await net.world.advance(1000)
  expect(bob.inbox).toHaveLength(sent)
  await net.world.runUntil(alice.p2p.stop())
  await expect(alice.p2p.broadcast(DchatMsg, { msg })).rejects.toThrow("the network is stopped")
})
