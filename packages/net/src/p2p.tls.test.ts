import { expect, test } from "vitest"
import { DchatMsg, TestNet } from "./testing/test-net.test-kit.ts"

const TLS = { activeProfiles: ["tcp+tls"] }

test("two nodes chat over TLS", async () => {
  await using net = new TestNet()
  const bob = await net.node("bob", { ...TLS, inboundAddrs: ["tcp+tls://10.0.0.1:1000"] })
  await net.run(bob)
  const alice = await net.node("alice", { ...TLS, peers: ["tcp+tls://10.0.0.1:1000"] })
  await net.run(alice)
  await net.world.advance(100)
  await alice.p2p.broadcast(DchatMsg, { msg: "over tls" })
  await bob.p2p.broadcast(DchatMsg, { msg: "back" })
  await net.world.advance(100)
  expect([alice.inbox, bob.inbox]).toEqual([["back"], ["over tls"]])
  expect(bob.p2p.channels()[0]?.address).toMatch(/^tcp\+tls:\/\/10\.0\.0\.2:\d+\/$/)
})

test("a client that stays silent keeps nobody else from coming in, and is gone after the handshake's 10 s", async () => {
  await using net = new TestNet()
  const bob = await net.node("bob", { ...TLS, inboundAddrs: ["tcp+tls://10.0.0.1:1000"], inboundConnections: 2 })
  await net.run(bob)
  const silent = await net.world.runUntil(
    net.host("silent").network.connect({ kind: "tcp", host: "10.0.0.1", port: 1000 }),
  )
  const connectedAt = net.world.now
  const alice = await net.node("alice", { ...TLS, peers: ["tcp+tls://10.0.0.1:1000"] })
  await net.run(alice)
  await net.world.advance(100)
  expect(alice.p2p.peers()).toHaveLength(1)
  silent.readInto({ data: () => {}, end: () => silent.end(), close: () => {} })
  await net.world.runUntil(silent.closed)
  expect(net.world.now - connectedAt).toBeGreaterThan(9900)
  expect(net.world.now - connectedAt).toBeLessThan(10_500)
})

test("sockets that shake no hand take slots, so there are never more of them than slots", async () => {
  await using net = new TestNet()
  const bob = await net.node("bob", { ...TLS, inboundAddrs: ["tcp+tls://10.0.0.1:1000"], inboundConnections: 2 })
  await net.run(bob)
  const crowd = net.host("crowd")
  const dial = () => crowd.network.connect({ kind: "tcp", host: "10.0.0.1", port: 1000 })
  const streams = await net.world.runUntil(Promise.all([dial(), dial(), dial(), dial()]))
  let closed = 0
  for (const stream of streams) stream.readInto({ data: () => {}, end: () => stream.end(), close: () => void closed++ })
  await net.world.advance(9000)
  expect(closed).toBe(0)
  await net.world.advance(2000)
  expect(closed).toBe(2)
  await net.world.advance(10_000)
  expect(closed).toBe(4)
})

test("a dialled peer that accepts and never shakes hands is given up at the connect timeout", async () => {
  await using net = new TestNet()
  const host = net.host("silent")
  const listener = await net.world.runUntil(host.network.listen({ kind: "tcp", host: "10.0.0.1", port: 1000 }))
  const alice = await net.node("alice", { ...TLS, peers: ["tcp+tls://10.0.0.1:1000"] })
  await net.run(alice)
  await net.world.advance(15_500)
  expect(net.said("alice")).toContain("No connection to tcp+tls://10.0.0.1:1000/: timed out; trying again")
  await net.world.runUntil(listener.close())
})
