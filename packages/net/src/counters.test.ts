import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { SESSION_DEFAULT } from "./index.ts"
import { Addr } from "./message/address.ts"
import { Ping } from "./message/ping.ts"
import { RawPeer } from "./testing/raw-peer.test-kit.ts"
import { DchatMsg, MAGIC, TestNet, type TestNode } from "./testing/test-net.test-kit.ts"

// A bound that was hit shows in a counter (DESIGN, rule 4).

/** The counters that are not what they are on a node to which nothing has happened. */
function hits({ p2p }: TestNode): Record<string, unknown> {
  const hit = Object.entries(p2p.getCounters()).filter(([, count]) => typeof count !== "number" || count > 0)
  return Object.fromEntries(hit.filter(([, count]) => JSON.stringify(count) !== "{}"))
}

test("nothing has happened to a node that was not overdriven", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { peers: [bob.url] })
  await net.run(alice)
  await alice.p2p.broadcast(DchatMsg, { msg: "hello" })
  await net.world.advance(60_000)
  expect([hits(alice), hits(bob)]).toEqual([{}, {}])
})

test("copies of broadcasts that find no room, and events that an observer is too slow for", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { peers: [bob.url] })
  await net.run(alice)
  await net.world.advance(10)
  const watching = alice.p2p.dnet.subscribe({ capacity: 1 })
  for (let i = 0; i < 10; i++) await alice.p2p.broadcast(DchatMsg, { msg: "x".repeat(2 ** 20) })
  watching.close()
  const { broadcastsRefused, dnetDropped } = alice.p2p.getCounters()
  expect(broadcastsRefused).toBeGreaterThan(0)
  expect(broadcastsRefused + dnetDropped).toBe(9)
})

test("bytes that a peer was too slow to take before its connection was closed", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const accepted = await net.world.runUntil(
    net.host("deaf").network.connect({ kind: "tcp", host: "10.0.0.1", port: 1000 }),
  )
  const deaf = new RawPeer(accepted, bob.host)
  deaf.introduce()
  await net.world.advance(2500)
  accepted.pause()
  for (let i = 0; i < 3; i++) await bob.p2p.broadcast(DchatMsg, { msg: "x".repeat(2 ** 20) })
  await net.world.advance(20_000)
  const { bytesUnsent, faults } = bob.p2p.getCounters()
  expect(faults).toEqual({ "pong-timeout": 1 })
  // What the wire itself holds cannot be known.
  expect(bytesUnsent).toBeGreaterThan(2.9 * 2 ** 20)
  expect(net.said("bob")).toContainEqual(
    expect.stringMatching(/^\d+ bytes for tcp:\/\/10\.0\.0\.2:\d+\/ \(inbound\) could not be sent any more$/),
  )
  await net.world.runUntil(accepted.close())
})

test.each([
  ["is another application", (peer: RawPeer) => peer.introduce({ appName: "another" })],
  [
    "says what nobody knows",
    (peer: RawPeer) => {
      peer.introduce()
      peer.sendBytes(Uint8Array.of(...MAGIC, 1, 0x78, 0))
    },
  ],
  ["hangs up before it has said who it is", (peer: RawPeer) => peer.end()],
  [
    "hangs up as a visitor does",
    (peer: RawPeer) => {
      peer.introduce()
      peer.end()
    },
  ],
] as const)("what is lost on a peer that %s is counted, and fills no log", async (_what, play) => {
  await using net = new TestNet({ windowBytes: 16 })
  const bob = await net.listening("bob")
  const stream = await net.world.runUntil(
    net.host("rude").network.connect({ kind: "tcp", host: "10.0.0.1", port: 1000 }),
  )
  const peer = new RawPeer(stream, bob.host)
  stream.pause()
  play(peer)
  await net.world.advance(1500)
  expect(bob.p2p.getCounters().bytesUnsent).toBeGreaterThan(0)
  await net.world.runUntil(peer.close())
  expect(net.said("bob").filter((line) => line.includes("could not be sent"))).toEqual([])
})

test.each([
  ["drop-oldest", 5],
  ["drop-newest", 5],
  ["close", 1],
] as const)("messages that nobody reads, when a subscription is to %s", async (overflow, messagesDropped) => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  bob.p2p.protocols.register(SESSION_DEFAULT, (channel) => {
    channel.subscribe(DchatMsg, { maxMessages: 3, overflow })
    return { name: "nobody reads", start: () => undefined }
  })
  const alice = await net.node("alice", { peers: [bob.url] })
  await net.run(alice)
  await net.world.advance(10)
  for (let i = 0; i < 8; i++) await alice.p2p.broadcast(DchatMsg, { msg: `${i}` })
  await net.world.advance(10)
  const closed = overflow === "close"
  expect(hits(bob)).toEqual({ messagesDropped, ...(closed ? { faults: { "too-fast": 1 } } : {}) })
  expect(bob.p2p.channels()).toHaveLength(closed ? 0 : 1)
})

test("faults of peers, by what they did, and bans", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const dial = async (name: string) => {
    const peer = await net.world.runUntil(RawPeer.dial(bob.url, net.host(name)))
    peer.introduce()
    await net.world.advance(100)
    return peer
  }
  const unknown = await dial("unknown")
  unknown.sendBytes(Uint8Array.of(...MAGIC, 1, 120, 0))
  const metered = await dial("metered")
  for (let nonce = 0; nonce < 40; nonce++) metered.send(Ping, { nonce })
  await net.world.runUntil(RawPeer.dial(bob.url, net.host("silent")))
  await net.world.advance(11_000)
  expect(hits(bob)).toEqual({ faults: { "unknown-command": 1, "over-limit": 1, "handshake-timeout": 1 }, bans: 2 })
})

test("TLS clients that say nothing, and connections that find no room to wait", async () => {
  await using net = new TestNet()
  const tls = await net.node("tls", { activeProfiles: ["tcp+tls"], inboundAddrs: ["tcp+tls://10.0.0.1:1000/"] })
  await net.run(tls)
  const host = net.host("silent")
  const connect = () => host.network.connect({ kind: "tcp", host: "10.0.0.1", port: 1000 })
  const silent = await net.world.runUntil(Promise.all(Array.from({ length: 8 }, connect)))
  await net.world.advance(11_000)
  expect(hits(tls)).toEqual({ handshakesTimedOut: 8 })

  const crowd: Awaited<ReturnType<typeof connect>>[] = []
  for (let i = 0; i < 1100; i++) crowd.push(await net.world.runUntil(connect()))
  expect(hits(tls)).toEqual({ handshakesTimedOut: 8, inboundRefused: 1100 - 8 - 128 })
  await net.world.runUntil(Promise.all([...silent, ...crowd].map((stream) => stream.close())))
})

test("advertised addresses that find no room to wait for a probe", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob", { inboundConnections: 100 })
  for (let i = 0; i < 40; i++) {
    const visitor = await net.world.runUntil(RawPeer.dial(bob.url, net.host(`visitor ${i}`)))
    visitor.introduce()
    const addrs = Array.from({ length: 4 }, (_, port): [string, bigint] => [`tcp://10.7.${i}.1:${port + 1}/`, 0n])
    visitor.send(Addr, { addrs })
  }
  await net.world.advance(100)
  expect(hits(bob)).toEqual({ probesDropped: expect.any(Number) })
})

test("hosts that full lists push out or turn away", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const { lists } = bob.p2p.hosts
  const now = Math.floor(bob.host.clock.now() / 1000)
  const hosts = (ip: string, lastSeen: number) =>
    Array.from({ length: 400 }, (_, port) => ({ url: `tcp://${ip}:${port + 1}/`, lastSeen }))
  // What nobody would miss goes, what others would miss stays.
  const left = lists.store("grey", hosts("10.7.0.1", 1), "a source").length
  expect(hits(bob)).toEqual({ hostsEvicted: expect.any(Number) })
  expect(left).toBe(0)
  const before = bob.p2p.getCounters().hostsEvicted
  lists.store("grey", hosts("10.7.0.2", now), "a source")
  const fresh = lists.store("grey", hosts("10.7.0.2", now), "a source").length
  const { hostsEvicted, hostsTurnedAway } = bob.p2p.getCounters()
  expect(hostsEvicted).toBeGreaterThan(before)
  expect(hostsTurnedAway).toBeGreaterThanOrEqual(fresh)

  lists.store(
    "black",
    Array.from({ length: 10_007 }, (_, i) => ({ url: `tcp://10.8.0.1:${i}/`, lastSeen: i })),
  )
  expect(bob.p2p.getCounters().hostsEvicted).toBe(hostsEvicted + 7)
})

test("every counter has its row in the README", async () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
  await using net = new TestNet()
  const { p2p } = await net.node("node")
  expect(Object.keys(p2p.getCounters()).filter((name) => !readme.includes(`| \`${name}\``))).toEqual([])
})
