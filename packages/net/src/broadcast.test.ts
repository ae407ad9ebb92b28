import type { Clock } from "@dchat/runtime"
import { expect, test } from "vitest"
import type { Channel } from "./channel/channel.ts"
import { oneForEachNode, type Lead } from "./channel/leads.ts"
import { ChannelTable } from "./channel/table.ts"
import { INTRODUCTION } from "./testing/raw-peer.test-kit.ts"
import { DchatMsg, TestNet } from "./testing/test-net.test-kit.ts"

function lead(session: Lead["session"], address: string, extSendAddr: string[] = []): Lead {
  return { session, address, version: { ...INTRODUCTION, extSendAddr } }
}

const A = "tcp://1.1.1.1:1/"
const B = "tcp://2.2.2.2:2/"
const A_TLS = "tcp+tls://1.1.1.1:3/"

test("channels to different nodes are all taken", () => {
  const channels = [
    lead("manual", A, [A]),
    lead("inbound", "tcp://9.9.9.9:9/", [B]),
    lead("inbound", "tcp://9.9.9.9:8/"),
  ]
  expect(oneForEachNode(channels)).toHaveLength(3)
})

test("of two nodes that dialled each other, the channel that we dialled is taken", () => {
  const dialled = lead("outbound", A, [A])
  const inbound = lead("inbound", "tcp://1.1.1.1:50000/", [A])
  expect(oneForEachNode([inbound, dialled])).toEqual([dialled])
})

test("a node that we dialled at two of its addresses is taken once", () => {
  const first = lead("manual", A, [A, A_TLS])
  const second = lead("outbound", A_TLS, [A, A_TLS])
  expect(oneForEachNode([first, second])).toEqual([first])
})

test("nobody can take a copy away from another by claiming to be it", () => {
  const victim = lead("manual", A, [A])
  const liar = lead("outbound", B, [A, B])
  const inboundVictim = lead("inbound", "tcp://9.9.9.9:9/", ["tcp://3.3.3.3:3/"])
  const inboundLiar = lead("inbound", "tcp://8.8.8.8:8/", ["tcp://3.3.3.3:3/"])
  expect(oneForEachNode([liar, victim, inboundLiar, inboundVictim])).toEqual([liar, victim, inboundLiar, inboundVictim])
})

test("the table knows one channel for each node as channels come and go", () => {
  const table = new ChannelTable({ monotonic: () => 0, now: () => 0 } as Clock)
  const [seed, dialled, double, other] = [
    lead("seed", B, [B]),
    lead("outbound", A, [A]),
    lead("inbound", "tcp://1.1.1.1:50000/", [A]),
    lead("inbound", "tcp://9.9.9.9:9/"),
  ] as Channel[] as [Channel, Channel, Channel, Channel]
  for (const channel of [seed, double, dialled]) table.add(channel)
  expect(table.leads()).toEqual([dialled])
  table.add(other)
  expect(table.leads()).toEqual([dialled, other])
  table.delete(dialled)
  expect(table.leads()).toEqual([double, other])
})

test("two nodes that dialled each other get each message once", async () => {
  await using net = new TestNet()
  const [aliceHost, bobHost] = [net.host("alice"), net.host("bob")]
  const [aliceUrl, bobUrl] = ["tcp://10.0.0.1:1000/", "tcp://10.0.0.2:1000/"]
  const alice = await net.node(
    "alice",
    { inboundAddrs: [aliceUrl], externalAddrs: [aliceUrl], peers: [bobUrl] },
    aliceHost,
  )
  const bob = await net.node("bob", { inboundAddrs: [bobUrl], externalAddrs: [bobUrl], peers: [aliceUrl] }, bobHost)
  await net.run(alice)
  await net.run(bob)
  await net.world.advance(20_000)
  expect([alice.p2p.peers().length, bob.p2p.peers().length]).toEqual([2, 2])
  expect(await alice.p2p.broadcast(DchatMsg, { msg: "one" })).toEqual({ nodes: 1, sent: 1, refused: 0 })
  await bob.p2p.broadcast(DchatMsg, { msg: "two" })
  await net.world.advance(100)
  expect([alice.inbox, bob.inbox]).toEqual([["two"], ["one"]])
})

test("a channel that is excluded gets nothing, and no channel is no failure", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { peers: [bob.url] })
  await net.run(alice)
  expect(await alice.p2p.broadcast(DchatMsg, { msg: "nobody" })).toEqual({ nodes: 0, sent: 0, refused: 0 })
  await net.world.advance(10)
  const result = await alice.p2p.broadcast(DchatMsg, { msg: "secret" }, { exclude: [bob.url] })
  expect(result).toEqual({ nodes: 0, sent: 0, refused: 0 })
  await net.world.advance(10)
  expect(bob.inbox).toEqual([])
})

test("5,000 messages in a row all arrive, or are said to be refused", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { peers: [bob.url] })
  await net.run(alice)
  await net.world.advance(10)
  const totals = { sent: 0, refused: 0 }
  const long = "x".repeat(3000)
  for (let i = 0; i < 5000; i++) {
    const { sent, refused } = await alice.p2p.broadcast(DchatMsg, { msg: `${i} ${long}` })
    totals.sent += sent
    totals.refused += refused
  }
  expect(totals.sent + totals.refused).toBe(5000)
  expect(totals.refused).toBeGreaterThan(0)
  await net.world.advance(10_000)
  expect(bob.inbox).toHaveLength(totals.sent)
  expect(alice.p2p.peers()[0]?.refused).toBe(totals.refused)
})

test("a message that is too long is refused as a whole", async () => {
  await using net = new TestNet()
  const alice = await net.node("alice")
  await net.run(alice)
  await expect(alice.p2p.broadcast(DchatMsg, { msg: "x".repeat(2 ** 20 + 1) })).rejects.toMatchObject({
    code: "too-large",
  })
})
