import { fixedDelay, withBandwidth } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { RawPeer } from "./testing/raw-peer.test-kit.ts"
import { DchatMsg, TestNet, type TestNode } from "./testing/test-net.test-kit.ts"

// A line that carries less than what is broadcast. A heartbeat may take 15 s, and would not make it through the 4 MiB that wait.

const BYTES_PER_SECOND = 64_000
const SECOND = 1000
const QUEUE_BYTES = 4 * 2 ** 20

/** Two nodes, each of which sends so slowly. */
async function slowPair() {
  const net = new TestNet({ links: withBandwidth(fixedDelay(50), { bytesPerSecond: () => BYTES_PER_SECOND }) })
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
