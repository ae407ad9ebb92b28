import type { VirtualHost } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { RawPeer } from "../testing/raw-peer.test-kit.ts"
import { DchatMsg, TestNet, urlOn } from "../testing/test-net.test-kit.ts"

test("a peer beyond the slots waits until one is free; nobody is closed for it", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob", { inboundConnections: 2 })
  const host = net.host("peers")
  const peers: RawPeer[] = []
  for (let i = 0; i < 3; i++) {
    const peer = await net.world.runUntil(RawPeer.dial(bob.url, host))
    peer.introduce()
    peers.push(peer)
    await net.world.advance(10)
  }
  expect(peers.map(({ seen }) => seen.length > 0)).toEqual([true, true, false])
  await net.world.runUntil(peers[0]?.close() ?? Promise.resolve())
  await net.world.advance(10)
  expect(peers[2]?.commands).toEqual(["version", "verack", "ping", "getaddr"])
  expect(bob.p2p.peers()).toHaveLength(2)
})

test("peers that say nothing, or one byte at a time, are gone after 10 s and make room for others", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob", { inboundConnections: 4 })
  const host = net.host("peers")
  const dialled = Promise.all([0, 1, 2, 3].map(() => RawPeer.dial(bob.url, host)))
  const silentAndSlow = await net.world.runUntil(dialled)
  const waiting = await net.world.runUntil(RawPeer.dial(bob.url, host))
  waiting.introduce()
  const drip = Uint8Array.of(127, 64, 12, 201, 7, ...new TextEncoder().encode("version"), 0xfd, 0xfb, 0x07)
  for (const byte of drip) {
    for (const peer of silentAndSlow.slice(2)) peer.sendBytes(Uint8Array.of(byte))
    await net.world.advance(500)
  }
  await net.world.advance(4000)
  expect(silentAndSlow.map(({ closedAt }) => closedAt !== undefined && closedAt < 10_100)).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect(bob.p2p.peers()).toHaveLength(1)
  expect(bob.p2p.hosts.lists.size("black")).toBe(0)
})

test("a peer that stalls in the middle of a message is disconnected by the heartbeat, and holds no more than it sent", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const peer = await net.world.runUntil(RawPeer.dial(bob.url, net.host("peer")))
  peer.introduce()
  await net.world.advance(10)
  peer.sendBytes(Uint8Array.of(127, 64, 12, 201, 8, ...new TextEncoder().encode("DchatMsg"), 0xfe, 0, 0, 0x10, 0, 0xfe))
  await net.world.advance(16_000)
  expect(peer.closedAt).toBeLessThan(15_100)
})

test("a banned peer is turned away without a word", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const [bad, good] = [net.host("bad"), net.host("good")]
  const first = await net.world.runUntil(RawPeer.dial(bob.url, bad))
  first.sendBytes(Uint8Array.of(127, 64, 12, 201, 3, 102, 111, 111))
  await net.world.advance(10)
  expect(net.log.records.filter(({ level }) => level === "warn").map(({ message }) => message)).toEqual([
    'Banned tcp://10.0.0.2/: unknown command "foo"',
  ])
  const second = await net.world.runUntil(RawPeer.dial(bob.url, bad))
  const other = await net.world.runUntil(RawPeer.dial(bob.url, good))
  await net.world.advance(10)
  expect([second.seen, other.commands]).toEqual([[], ["version"]])
  expect(second.closedAt).toBeDefined()
})

test("who has a slot is not hurt by who has not", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob", { inboundConnections: 1 })
  const alice = await net.node("alice", { peers: [bob.url] })
  await net.run(alice)
  await net.world.advance(10)
  const host = net.host("crowd")
  for (let i = 0; i < 50; i++) await net.world.runUntil(RawPeer.dial(bob.url, host))
  await net.world.advance(100_000)
  await alice.p2p.broadcast(DchatMsg, { msg: "still here" })
  await net.world.advance(10)
  expect(bob.inbox).toEqual(["still here"])
})

test("port 0 takes any free port, and the session says which", async () => {
  await using net = new TestNet()
  const { p2p } = await net.node("bob", { inboundAddrs: ["tcp://127.0.0.1:0"] })
  await net.world.runUntil(p2p.start())
  expect(p2p.sessions.inbound.addresses).toEqual([expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:[1-9]\d*\/$/)])
})

test("who takes the place of another waits for his goodbye, half a second at most, and may have to leave before that himself", async () => {
  await using net = new TestNet()
  const host = net.host("bob", "20.1.0.1")
  const url = urlOn(host)
  const bob = await net.node("bob", { localnet: false, inboundAddrs: [url], inboundConnections: 5 }, host)
  await net.run(bob)
  const from = (i: number): VirtualHost => net.host(`host ${i}`, `3${i}.1.0.1`)
  const [a, b, c, d, e] = [from(0), from(1), from(2), from(3), from(4)]
  const dial = async (guest: VirtualHost): Promise<RawPeer> => {
    const peer = await net.world.runUntil(RawPeer.dial(url, guest))
    peer.introduce()
    await net.world.advance(10)
    return peer
  }
  const first = await dial(b)
  const leaving = [await dial(a), await dial(a), await dial(a)]
  const deaf = await net.world.runUntil(a.network.connect({ kind: "tcp", host: "20.1.0.1", port: 1000 }))
  deaf.readInto({ data() {}, end() {}, close() {} })
  await net.world.advance(10)

  // Takes the place of the deaf one, and is the youngest of the largest netgroup before it is free.
  const second = await dial(b)
  await net.world.runUntil(Promise.all(leaving.slice(1).map((peer) => peer.close())))
  const others = [await dial(c), await dial(d)]
  const third = await dial(e)
  expect([first, second, leaving[0], ...others, third].map((peer) => peer?.commands.length ?? 0)).toEqual([4, 0, 4, 4, 4, 0]) // prettier-ignore
  await net.world.advance(500)
  expect(third.commands).toEqual(["version", "verack", "ping", "getaddr"])
  expect([second.commands, second.closedAt !== undefined]).toEqual([[], true])
  expect(bob.p2p.peers()).toHaveLength(5)
  expect(bob.p2p.getCounters()).toMatchObject({ inboundEvicted: 2, inboundRefused: 0, faults: {} })
  expect(net.said("bob").filter((line) => line.includes("had to leave"))).toEqual([
    "tcp://30.1.0.1:49155/ had to leave for tcp://31.1.0.1:49153/: all places on tcp://20.1.0.1:1000/ are taken, and its netgroup or host has more of them",
  ])
  await net.world.runUntil(deaf.close())
})

test("a stop closes those who wait, one that has had to leave for another included, and nobody has a place after it", async () => {
  await using net = new TestNet()
  const host = net.host("bob", "20.1.0.1")
  const url = urlOn(host)
  const bob = await net.node("bob", { localnet: false, inboundAddrs: [url], inboundConnections: 2 }, host)
  await net.run(bob)
  const [crowd, other] = [net.host("crowd", "30.1.0.1"), net.host("other", "31.1.0.1")]
  const dialled = Array.from({ length: 6 }, () => RawPeer.dial(url, crowd))
  const peers = await net.world.runUntil(Promise.all(dialled))
  for (const peer of peers) peer.introduce()
  await net.world.advance(10)
  peers.push(await net.world.runUntil(RawPeer.dial(url, other)))
  expect(bob.p2p.getCounters().inboundEvicted).toBe(1)
  await net.world.runUntil(bob.p2p.stop())
  await net.world.advance(10)
  expect(peers.map(({ closedAt }) => closedAt !== undefined)).toEqual(peers.map(() => true))
  expect(peers.slice(2, 6).map(({ seen }) => seen)).toEqual([[], [], [], []])
  expect(net.world.pendingEvents).toBe(0)
})
