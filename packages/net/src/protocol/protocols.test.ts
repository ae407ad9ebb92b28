import { expect, test } from "vitest"
import { Addr, GetAddr } from "../message/address.ts"
import { Ping, Pong } from "../message/ping.ts"
import { Verack, Version } from "../message/version.ts"
import { INTRODUCTION, RawPeer } from "../testing/raw-peer.test-kit.ts"
import { TestNet } from "../testing/test-net.test-kit.ts"

async function connected(net: TestNet) {
  const bob = await net.listening("bob")
  const peer = await net.world.runUntil(RawPeer.dial(bob.url, net.host("peer")))
  return { bob, peer }
}

function noncesOf(peer: RawPeer, command: string): unknown[] {
  return peer.seen.filter((packet) => packet.command === command).map(({ value }) => (value as { nonce: number }).nonce)
}

test("an acceptor speaks at once, acknowledges the version, and goes on when it is acknowledged", async () => {
  await using net = new TestNet()
  const { bob, peer } = await connected(net)
  await net.world.advance(10)
  expect(peer.commands).toEqual(["version"])
  expect(peer.seen[0]?.value).toMatchObject({
    appName: "dchatd",
    version: { major: 0n, minor: 4n, patch: 1n },
    timestamp: 1_735_689_600n,
    connectRecvAddr: expect.stringMatching(/^tcp:\/\/10\.0\.0\.2:\d+\/$/),
    resolveRecvAddr: undefined,
    extSendAddr: [],
    features: [],
  })

  peer.introduce()
  await net.world.advance(10)
  expect(peer.commands).toEqual(["version", "verack", "ping", "getaddr"])
  expect(bob.p2p.peers()).toHaveLength(1)
  expect(bob.p2p.peers()[0]?.version?.connectRecvAddr).toBe("tcp://10.0.0.1:1000/")
})

test("a peer is asked every 30 s whether it is alive, counted from its answer", async () => {
  await using net = new TestNet()
  const { peer } = await connected(net)
  peer.introduce()
  for (let beats = 1; beats <= 4; beats++) {
    await net.world.advance(10)
    const nonces = noncesOf(peer, "ping")
    expect(nonces).toHaveLength(beats)
    peer.send(Pong, { nonce: nonces.at(-1) as number })
    await net.world.advance(29_980)
    expect(noncesOf(peer, "ping")).toHaveLength(beats)
    await net.world.advance(30)
  }
  expect(new Set(noncesOf(peer, "ping")).size).toBe(5)
})

test("a peer that does not answer a ping within 15 s is disconnected, not banned", async () => {
  await using net = new TestNet()
  const { bob, peer } = await connected(net)
  peer.introduce()
  await net.world.advance(20_000)
  expect(peer.closedAt).toBeGreaterThan(15_000)
  expect(peer.closedAt).toBeLessThan(15_010)
  expect(bob.p2p.hosts.lists.size("black")).toBe(0)
  expect(net.said("bob")).toContainEqual(expect.stringContaining("no pong in time"))
})

test("a pong with another nonce disconnects", async () => {
  await using net = new TestNet()
  const { peer } = await connected(net)
  peer.introduce()
  await net.world.advance(10)
  peer.send(Pong, { nonce: (Number(noncesOf(peer, "ping")[0]) + 1) % 65_536 })
  await net.world.advance(10)
  expect(peer.closedAt).toBeDefined()
})

test("each ping is answered with its nonce", async () => {
  await using net = new TestNet()
  const { peer } = await connected(net)
  peer.introduce()
  peer.send(Ping, { nonce: 0 })
  peer.send(Ping, { nonce: 65_535 })
  await net.world.advance(10)
  expect(noncesOf(peer, "pong")).toEqual([0, 65_535])
})

test("who sends too many pings gets its pongs late", async () => {
  await using net = new TestNet()
  const { peer } = await connected(net)
  peer.introduce()
  for (let nonce = 0; nonce < 7; nonce++) peer.send(Ping, { nonce })
  await net.world.advance(10)
  expect(noncesOf(peer, "pong")).toEqual([0, 1, 2, 3])
  await net.world.advance(14_000)
  expect(noncesOf(peer, "pong")).toEqual([0, 1, 2, 3, 4, 5, 6])
})

test.each([
  [
    "another patch",
    { appName: "dchatd", appVersion: { major: 0n, minor: 4n, patch: 99n, pre: "rc.1", build: "b" } },
    true,
  ],
  ["another minor", { appName: "dchatd", appVersion: { major: 0n, minor: 5n, patch: 1n, pre: "", build: "" } }, false],
  ["another major", { appName: "dchatd", appVersion: { major: 1n, minor: 4n, patch: 1n, pre: "", build: "" } }, false],
  ["another name", { appName: "Dchatd", appVersion: { major: 0n, minor: 4n, patch: 1n, pre: "", build: "" } }, false],
])("a peer with %s in its verack", async (_what, verack, accepted) => {
  await using net = new TestNet()
  const { bob, peer } = await connected(net)
  peer.send(Version, INTRODUCTION)
  peer.send(Verack, verack)
  await net.world.advance(10)
  expect(bob.p2p.peers()).toHaveLength(accepted ? 1 : 0)
  expect(peer.closedAt === undefined).toBe(accepted)
  expect(bob.p2p.hosts.lists.size("black")).toBe(0)
})

test("the version message itself is not checked, only kept", async () => {
  await using net = new TestNet()
  const { bob, peer } = await connected(net)
  peer.send(Version, {
    ...INTRODUCTION,
    appName: "other",
    version: { major: 9n, minor: 9n, patch: 9n, pre: "", build: "" },
    timestamp: 2n ** 64n - 1n,
    connectRecvAddr: "tcp://10.0.0.1:1000",
    features: [["f", 1]],
  })
  peer.send(Verack, { appName: "dchatd", appVersion: { major: 0n, minor: 4n, patch: 1n, pre: "", build: "" } })
  await net.world.advance(10)
  expect(bob.p2p.peers()[0]?.version?.appName).toBe("other")
})

test("a second version and verack are ignored", async () => {
  await using net = new TestNet()
  const { bob, peer } = await connected(net)
  peer.introduce()
  await net.world.advance(10)
  peer.introduce({ appName: "other" })
  await net.world.advance(10)
  expect(peer.closedAt).toBeUndefined()
  expect(bob.p2p.peers()[0]?.version?.appName).toBe("dchatd")
})

test.each(["silence", "a version alone"])("%s ends after 10 s", async (what) => {
  await using net = new TestNet()
  const { bob, peer } = await connected(net)
  if (what !== "silence") peer.send(Version, INTRODUCTION)
  await net.world.advance(11_000)
  expect(peer.closedAt).toBeGreaterThanOrEqual(9_999)
  expect(peer.closedAt).toBeLessThan(10_010)
  expect(bob.p2p.channels()).toEqual([])
})

test("a getaddr is answered, from the lists, even with nothing", async () => {
  await using net = new TestNet()
  const { bob, peer } = await connected(net)
  peer.introduce()
  peer.send(GetAddr, { max: 5, transports: ["tcp"] })
  await net.world.advance(10)
  expect(peer.seen.at(-1)).toMatchObject({ command: "addr", value: { addrs: [] } })
  bob.p2p.hosts.lists.store("gold", [{ url: "tcp://10.0.0.50:1/", lastSeen: 7 }])
  peer.send(GetAddr, { max: 5, transports: ["tcp"] })
  await net.world.advance(10)
  expect(peer.seen.at(-1)).toMatchObject({ command: "addr", value: { addrs: [["tcp://10.0.0.50:1/", 7n]] } })
})

test("received addresses go to the grey list", async () => {
  await using net = new TestNet()
  const { bob, peer } = await connected(net)
  peer.introduce()
  peer.send(Addr, {
    addrs: [
      ["tcp://10.0.0.60:1", 7n],
      ["unix:///x", 1n],
    ],
  })
  await net.world.advance(10)
  expect(bob.p2p.hosts.lists.entries("grey")).toEqual([{ url: "tcp://10.0.0.60:1/", lastSeen: 0 }])
})
