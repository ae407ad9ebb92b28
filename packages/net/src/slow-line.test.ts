import { fixedDelay, withBandwidth, type WorldOptions } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import type { Channel } from "./channel/channel.ts"
import { PacketEncoder } from "./channel/packet-encoder.ts"
import { Pong } from "./message/ping.ts"
import { RawPeer } from "./testing/raw-peer.test-kit.ts"
import { DchatMsg, MAGIC, TestNet, type TestNode } from "./testing/test-net.test-kit.ts"

// A line that carries less than what is broadcast. A heartbeat may take 15 s, and would not make it through the 4 MiB that wait.

const BYTES_PER_SECOND = 64_000
const SECOND = 1000
const QUEUE_BYTES = 4 * 2 ** 20
const MIB = 2 ** 20

/** Hosts, each of which sends so slowly. */
function slowLines(bytesPerSecond: number): Pick<WorldOptions, "links"> {
  return { links: withBandwidth(fixedDelay(50), { bytesPerSecond: () => bytesPerSecond }) }
}

/** Two nodes, each of which sends so slowly. */
async function slowPair(bytesPerSecond = BYTES_PER_SECOND, options: WorldOptions = {}) {
  const net = new TestNet({ ...slowLines(bytesPerSecond), ...options })
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { peers: [bob.url] })
  await net.run(alice)
  await net.world.advance(5 * SECOND)
  return { net, alice, bob }
}

/** Broadcasts texts, the next one when the last has gone, until one is refused. Returns those that were taken. */
async function fill({ p2p }: TestNode, textOf: (index: number) => string, from: number): Promise<string[]> {
  const taken: string[] = []
  for (;;) {
    const msg = textOf(from + taken.length)
    const { sent } = await p2p.broadcast(DchatMsg, { msg })
    if (sent === 0) return taken
    taken.push(msg)
  }
}

function queuedBytes({ p2p }: TestNode): number {
  return p2p.peers().reduce((sum, channel) => sum + channel.queuedBytes, 0)
}

test.each([
  ["of 1,000 bytes", () => 1000],
  ["of all lengths up to 100,000 bytes", (index: number) => (index * 7919) % 100_000],
])("a peer on a slow line, for whom more messages %s are broadcast all the time, stays", async (_, lengthOf) => {
  const { net, alice, bob } = await slowPair()
  await using _net = net
  const textOf = (index: number): string => `${index} ${"x".repeat(lengthOf(index))}`
  const taken = { alice: [] as string[], bob: [] as string[] }
  for (let second = 0; second < 600; second++) {
    taken.alice.push(...(await fill(alice, textOf, taken.alice.length)))
    // The other side broadcasts as much, half of the time.
    if (second < 300) taken.bob.push(...(await fill(bob, textOf, taken.bob.length)))
    expect(queuedBytes(alice)).toBeLessThan(QUEUE_BYTES + 1024)
    expect(queuedBytes(alice)).toBeGreaterThan(QUEUE_BYTES - 200_000)
    await net.world.advance(SECOND)
  }
  expect([alice.p2p.peers().length, bob.p2p.peers().length]).toEqual([1, 1])
  expect([alice.p2p.getCounters().faults, bob.p2p.getCounters().faults]).toEqual([{}, {}])
  expect(net.said("alice").filter((line) => line.includes("pong"))).toEqual([])
  // What has not arrived yet waits, and comes.
  expect(bob.inbox.length).toBeGreaterThan(0)
  await net.world.advance(120 * SECOND)
  expect(bob.inbox).toEqual(taken.alice)
  expect(alice.inbox).toEqual(taken.bob)
  expect([queuedBytes(alice), queuedBytes(bob)]).toEqual([0, 0])
  const { p2p } = alice
  expect([p2p.getCounters().bytesUnsent, p2p.peers()[0]?.refused]).toEqual([0, 600])
})

test("who stops while a slow peer still has much to get says how much it did not get", async () => {
  const { net, alice, bob } = await slowPair()
  await using _net = net
  const taken = await fill(alice, (index) => `${index} ${"x".repeat(1000)}`, 0)
  await net.world.advance(10 * SECOND)
  await net.world.runUntil(alice.p2p.stop())
  const { bytesUnsent } = alice.p2p.getCounters()
  await net.world.advance(10 * SECOND)
  expect(bob.inbox).toEqual(taken.slice(0, bob.inbox.length))
  const missing = taken.slice(bob.inbox.length).reduce((sum, msg) => sum + msg.length, 0)
  // What the stream and the line hold is not known by the byte, and each packet has a head.
  expect(Math.abs(bytesUnsent - missing * 1.012)).toBeLessThan(200_000)
})

test("what waited when a connection broke is counted too", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const deaf = await net.world.runUntil(net.host("deaf").network.connect({ kind: "tcp", host: "10.0.0.1", port: 1000 }))
  new RawPeer(deaf, bob.host).introduce()
  await net.world.advance(2500)
  deaf.pause()
  await fill(bob, () => "x".repeat(1000), 0)
  await net.world.advance(SECOND)
  // With bytes unread, this breaks the connection.
  await net.world.runUntil(deaf.close())
  await net.world.advance(SECOND)
  expect(bob.p2p.peers()).toEqual([])
  // All but what the stream and the line had been given.
  expect(bob.p2p.getCounters().bytesUnsent).toBeGreaterThan(QUEUE_BYTES - 250_000)
})

test.each([
  [64, "waits in our queue", 64 * 1024],
  [32, "waits in our queue", 64 * 1024],
  [16, "waits in our queue", 64 * 1024],
  [64, "is out of sight at once", 2 * MIB],
  [32, "is out of sight at once", 2 * MIB],
  [16, "is out of sight at once", 2 * MIB],
])(
  "texts of 1 MiB in both directions at %i kB/s arrive, and nobody hangs up, when the text %s",
  async (kBs, _, windowBytes) => {
    const { net, alice, bob } = await slowPair(1000 * kBs, { windowBytes })
    await using _net = net
    const textOf = (who: string, round: number): string => `${who} ${round} `.padEnd(MIB, "x")
    const lasts = MIB / kBs
    for (let round = 0; round < 8; round++) {
      // Together, or one a while after the other, and at any time between two heartbeats.
      const [apart, pause] = [(round % 3) * (lasts / 3), 3700 * round]
      expect(await alice.p2p.broadcast(DchatMsg, { msg: textOf("alice", round) })).toMatchObject({ sent: 1 })
      await net.world.advance(apart)
      expect(await bob.p2p.broadcast(DchatMsg, { msg: textOf("bob", round) })).toMatchObject({ sent: 1 })
      await net.world.advance(lasts + 5 * SECOND)
      expect([alice.inbox.at(-1), bob.inbox.at(-1)]).toEqual([textOf("bob", round), textOf("alice", round)])
      await net.world.advance(pause)
    }
    expect([alice.inbox.length, bob.inbox.length]).toEqual([8, 8])
    expect([alice.p2p.peers().length, bob.p2p.peers().length]).toEqual([1, 1])
    expect([alice.p2p.getCounters().faults, bob.p2p.getCounters().faults]).toEqual([{}, {}])
    expect(net.said("alice").filter((line) => line.includes("pong"))).toEqual([])
  },
)

test("a text that is sent between a ping and its pong may still be on its way at the next ping", async () => {
  const { net, alice, bob } = await slowPair(16_000, { windowBytes: 2 * MIB })
  await using _net = net
  const watching = alice.p2p.dnet.subscribe()
  let event
  do event = (await net.world.runUntil(watching.next())).value
  while (event?.event !== "send" || event.info.cmd !== "ping")
  watching.close()
  const msg = "x".repeat(MIB)
  await alice.p2p.broadcast(DchatMsg, { msg })
  await net.world.advance(100 * SECOND)
  expect([bob.inbox, alice.p2p.getCounters().faults]).toEqual([[msg], {}])
})

test("a text of 1 MiB for sixteen peers at once goes out on a line of 64 kB/s, and all of them stay", async () => {
  await using net = new TestNet({ ...slowLines(BYTES_PER_SECOND), windowBytes: 16 * 1024 })
  const others = []
  for (let i = 0; i < 16; i++) others.push(await net.listening(`peer ${i}`))
  const alice = await net.node("alice", { peers: others.map(({ url }) => url) })
  await net.run(alice)
  await net.world.advance(5 * SECOND)
  const msg = "x".repeat(MIB)
  expect(await alice.p2p.broadcast(DchatMsg, { msg })).toMatchObject({ sent: 16 })
  await net.world.advance((16 * MIB) / 64 + 5 * SECOND)
  for (const { inbox, p2p } of others) expect([inbox, p2p.peers().length]).toEqual([[msg], 1])
  expect(alice.p2p.peers()).toHaveLength(16)
  expect(alice.p2p.getCounters().faults).toEqual({})
})

/** A peer that says hello, and never a pong; and when it is hung up on, in seconds from then. */
async function mute() {
  const net = new TestNet(slowLines(BYTES_PER_SECOND))
  const bob = await net.listening("bob")
  const host = net.host("mute")
  const stream = await net.world.runUntil(host.network.connect({ kind: "tcp", host: "10.0.0.1", port: 1000 }))
  const peer = new RawPeer(stream, host)
  peer.introduce()
  await net.world.advance(2500)
  const closedAfter = (): number => (peer.closedAt ?? Infinity) / SECOND
  const sayEvery = (ms: number, bytes: Uint8Array): void => {
    host.clock.setTimer(ms, () => {
      if (peer.closedAt !== undefined) return
      peer.sendBytes(bytes)
      sayEvery(ms, bytes)
    })
  }
  return { net, bob, stream, peer, sayEvery, closedAfter }
}

const LONG = new PacketEncoder(MAGIC).encode(DchatMsg, { msg: "x".repeat(MIB) })

test("a peer that falls silent in the middle of a long message is gone the next time that it is looked at", async () => {
  const { net, peer, closedAfter } = await mute()
  await using _net = net
  peer.sendBytes(LONG.subarray(0, 10 * BYTES_PER_SECOND))
  await net.world.advance(60 * SECOND)
  expect(closedAfter()).toBeGreaterThan(29)
  expect(closedAfter()).toBeLessThan(31)
})

test.each([
  ["that has nothing to read", 15, 0],
  ["that reads nothing of a long message", 22, MIB],
])("a silent peer %s is gone %i s after the ping", async (_, seconds, length) => {
  const { net, bob, stream, peer } = await mute()
  await using _net = net
  const [channel] = bob.p2p.peers() as [Channel]
  peer.send(Pong, peer.seen.find(({ command }) => command === "ping")?.value as { nonce: number })
  await net.world.advance(29.9 * SECOND)
  stream.pause()
  if (length > 0) await bob.p2p.broadcast(DchatMsg, { msg: "x".repeat(length) })
  const from = net.world.now
  await net.world.runUntil(channel.stopped)
  const waited = (net.world.now - from) / SECOND
  expect(Math.abs(waited - seconds)).toBeLessThan(0.3)
})

test("a peer from whom a long message trickles, and no pong, is gone after 15 s", async () => {
  const { net, peer, sayEvery, closedAfter } = await mute()
  await using _net = net
  peer.sendBytes(LONG.subarray(0, 50))
  sayEvery(10, Uint8Array.of(120, 120))
  await net.world.advance(60 * SECOND)
  expect(closedAfter()).toBeGreaterThan(15)
  expect(closedAfter()).toBeLessThan(16)
})

test("a peer that talks and talks, and says no pong, is gone after ten minutes", async () => {
  const { net, bob, sayEvery, closedAfter } = await mute()
  await using _net = net
  sayEvery(SECOND, new PacketEncoder(MAGIC).encode(DchatMsg, { msg: "x".repeat(3000) }))
  await net.world.advance(590 * SECOND)
  expect(bob.p2p.peers()).toHaveLength(1)
  await net.world.advance(20 * SECOND)
  expect(closedAfter()).toBeGreaterThan(590)
  expect(closedAfter()).toBeLessThan(602)
  expect(bob.p2p.getCounters()).toMatchObject({ faults: { "pong-timeout": 1 }, bans: 0 })
})
