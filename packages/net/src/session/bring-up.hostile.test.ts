import { expect, test } from "vitest"
import { SocksServer } from "../testing/socks-server.test-kit.ts"
import { TestNet } from "../testing/test-net.test-kit.ts"

const SOMEBODY = { group: "somebody", isOwn: () => false }

test("an address with a user before the host of an honest node does not keep us from that node for good", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { outboundConnections: 1 })
  await net.run(alice)
  const { hosts } = alice.p2p
  hosts.insert([[bob.url.replace("//", "//mallory@"), BigInt(net.world.now)]], SOMEBODY)
  await net.world.runUntil(() => alice.p2p.peers().length === 1)
  expect([hosts.stateOf(bob.url), hosts.may(bob.url, "connect")]).toEqual(["connected", false])

  // Long enough to count as a connection that was none in vain.
  await net.world.advance(20_000)
  await net.world.runUntil(bob.p2p.stop())
  await net.world.runUntil(alice.p2p.stop())
  expect([hosts.stateOf(bob.url), hosts.may(bob.url, "connect")]).toEqual(["free", true])
})

test("a second channel that an address with a user leads to leaves the first one what it is", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { peers: [bob.url] })
  await net.run(alice)
  await net.world.runUntil(() => alice.p2p.peers().length === 1)
  const second = await net.world.runUntil(alice.p2p.sessions.direct.get(bob.url.replace("//", "//mallory@")))
  expect(second.channel.address).toBe(bob.url)
  await net.world.runUntil(second.release())
  expect(alice.p2p.peers()).toHaveLength(1)
  expect(alice.p2p.hosts.stateOf(bob.url)).toBe("connected")
})

test("nor does the log say it, whatever goes wrong", async () => {
  await using net = new TestNet()
  const way = "socks5://alice:secret@10.0.0.9:1080/10.0.0.1:1000"
  const alice = await net.node("alice", {
    activeProfiles: ["socks5"],
    peers: [way],
    seeds: [way.replace("10.0.0.1", "10.0.0.2")],
  })
  await net.run(alice)
  await net.world.advance(5000)
  const failed = alice.p2p.sessions.direct.get(way).catch(String)
  expect(await net.world.runUntil(failed)).not.toContain("secret")
  alice.p2p.reload({ seeds: [way], activeProfiles: ["tcp"], peers: [way, way.replace("10.0.0.1", "10.0.0.3")] })
  await net.world.advance(5000)
  const said = net.said("alice").filter((line) => line.includes("10.0.0.9"))
  expect(said.length).toBeGreaterThan(2)
  expect(said.join("\n")).not.toContain("secret")
})

test("a peer is not told with what we log in at our proxy", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const starting = SocksServer.start(net.host("proxy", "10.0.0.9"), "10.0.0.9", { methods: [2] }, 1080)
  const proxy = await net.world.runUntil(starting)
  const [host, port] = ["10.0.0.1", 1000]
  const peers = [`socks5://alice:secret@10.0.0.9:1080/${host}:${port}`]
  const alice = await net.node("alice", { activeProfiles: ["socks5"], peers })
  await net.run(alice)
  await net.world.runUntil(() => bob.p2p.peers().length === 1)
  expect(proxy.asked).toEqual([{ host, port, login: "alice:secret" }])
  const way = `socks5://10.0.0.9:1080/${host}:${port}`
  expect(bob.p2p.peers()[0]?.version).toMatchObject({ connectRecvAddr: way, resolveRecvAddr: way })
  await net.world.runUntil(proxy[Symbol.asyncDispose]())
})
