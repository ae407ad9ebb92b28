import { expect, test } from "vitest"
import { SocksServer } from "./testing/socks-server.test-kit.ts"
import { DchatMsg, TestNet, type TestNode } from "./testing/test-net.test-kit.ts"

/** Two nodes that are connected say something to each other. */
async function expectChat(net: TestNet, alice: TestNode, bob: TestNode): Promise<void> {
  await net.world.advance(1000)
  await alice.p2p.broadcast(DchatMsg, { msg: "there" })
  await bob.p2p.broadcast(DchatMsg, { msg: "back" })
  await net.world.advance(1000)
  expect([alice.inbox, bob.inbox]).toEqual([["back"], ["there"]])
}

test("two nodes of one computer chat over a unix socket", async () => {
  await using net = new TestNet()
  const host = net.host("both")
  const settings = { activeProfiles: ["unix"] }
  const bob = await net.node("bob", { ...settings, inboundAddrs: ["unix:///run/bob.sock"] }, host)
  await net.run(bob)
  const alice = await net.node("alice", { ...settings, peers: ["unix:///run/bob.sock"] }, host)
  await net.run(alice)
  await expectChat(net, alice, bob)
})

test("a node listens to IPv4 and to IPv6 at the same port, as a configuration of the reference says it", async () => {
  await using net = new TestNet()
  const inboundAddrs = ["tcp://0.0.0.0:1000", "tcp+tls://[::]:1001", "tcp://[::]:1000", "tcp+tls://0.0.0.0:1001"]
  const bob = await net.node("bob", { inboundAddrs }, net.world.host({ name: "bob", ip: ["10.0.0.1", "fd00::1"] }))
  await net.run(bob)
  for (const [name, ip, peer] of [
    ["alice", "10.0.0.2", "tcp://10.0.0.1:1000"],
    ["carol", "fd00::2", "tcp://[fd00::1]:1000"],
  ] as const) {
    await net.run(await net.node(name, { peers: [peer] }, net.host(name, ip)))
  }
  await net.world.advance(1000)
  expect(bob.p2p.peers().map(({ address }) => address.replace(/\d+\/$/, ""))).toEqual([
    "tcp://10.0.0.2:",
    "tcp://[fd00::2]:",
  ])
})

test.each([
  ["tcp+tls", ["tor+tls"], { torSocks5Proxy: "socks5://10.0.0.9:1080/" }, "tor+tls://10.0.0.1:1000/", true],
  ["tcp+tls", ["socks5+tls"], { torSocks5Proxy: "socks5://10.0.0.9:1080/" }, "socks5+tls://10.0.0.9:1080/10.0.0.1:1000", false],
  ["tcp", ["socks5"], { nymSocks5Proxy: "socks5://10.0.0.9:1080/" }, "socks5://10.0.0.9:1080/10.0.0.1:1000", false],
] as const)("a peer on %s is reached over %s, and told so", async (scheme, active, proxies, resolve, hasLogin) => {
  await using net = new TestNet()
  const bobHost = net.host("bob")
  const bob = await net.node("bob", { activeProfiles: [scheme], inboundAddrs: [`${scheme}://10.0.0.1:1000`] }, bobHost)
  await net.run(bob)
  const starting = SocksServer.start(net.host("proxy", "10.0.0.9"), "10.0.0.9", { methods: [2, 0] }, 1080)
  const proxy = await net.world.runUntil(starting)
  const peers = [`${scheme}://10.0.0.1:1000`]
  const alice = await net.node("alice", { ...proxies, activeProfiles: active, mixedProfiles: [scheme], peers })
  await net.run(alice)
  await expectChat(net, alice, bob)
  expect(bob.p2p.channels()[0]?.version).toMatchObject({
    connectRecvAddr: `${scheme}://10.0.0.1:1000/`,
    resolveRecvAddr: resolve,
  })
  const login = hasLogin ? { login: expect.stringMatching(/^[\da-f]{16}:[\da-f]{16}$/) as string } : {}
  expect(proxy.asked).toEqual([{ host: "10.0.0.1", port: 1000, ...login }])
  await net.world.runUntil(proxy[Symbol.asyncDispose]())
}) // prettier-ignore

test("each connection through Tor has a login of its own", async () => {
  await using net = new TestNet()
  const names = { "bob.onion": "10.0.0.1" }
  const bob = await net.listening("bob")
  const starting = SocksServer.start(net.host("tor", "10.0.0.9"), "10.0.0.9", { methods: [2, 0], names }, 9050)
  const tor = await net.world.runUntil(starting)
  const settings = {
    activeProfiles: ["tor"],
    torSocks5Proxy: "socks5://10.0.0.9:9050",
    peers: ["tor://bob.onion:1000"],
  }
  const alice = await net.node("alice", settings)
  await net.run(alice)
  await net.world.advance(1000)
  for (const channel of bob.p2p.channels()) await net.world.runUntil(channel.stop())
  await net.world.advance(20_000)
  expect(alice.p2p.peers()).toHaveLength(1)
  expect(tor.asked.map(({ host }) => host)).toEqual(["bob.onion", "bob.onion"])
  expect(new Set(tor.asked.map(({ login }) => login)).size).toBe(2)
  await net.world.runUntil(tor[Symbol.asyncDispose]())
})

test("while our proxy is missing the hosts behind it stay what they are, and the log says which proxy; then they are connected", async () => {
  await using net = new TestNet()
  const names = { "bob.onion": "10.0.0.1", "carol.onion": "10.0.0.2" }
  await net.listening("bob")
  await net.listening("carol")
  const torHost = net.host("tor", "10.0.0.9")
  const settings = { activeProfiles: ["tor"], torSocks5Proxy: "socks5://10.0.0.9:9050", outboundConnections: 2 }
  const alice = await net.node(
    "alice",
    { ...settings, inboundAddrs: ["tcp://10.0.0.10:1/"] },
    net.host("alice", "10.0.0.10"),
  )
  const { lists } = alice.p2p.hosts
  lists.store("white", [{ url: "tor://bob.onion:1000/", lastSeen: 1 }])
  lists.store("grey", [{ url: "tor://carol.onion:1000/", lastSeen: 1 }])
  await net.run(alice)
  await net.world.advance(540_000)
  expect([lists.size("white"), lists.size("grey")]).toEqual([1, 1])
  expect(lists.get("tor://bob.onion:1000/")).toMatchObject({ failures: 0, lastSeen: 1 })
  const told = () => net.said("alice").filter((line) => line.includes("proxy"))
  expect(told()).toEqual(["There is no proxy at 10.0.0.9:9050: refused; start it, or set its address"])

  const tor = await net.world.runUntil(SocksServer.start(torHost, "10.0.0.9", { methods: [2, 0], names }, 9050))
  await net.world.advance(600_000)
  expect(
    alice.p2p
      .peers()
      .map(({ address }) => address)
      .toSorted(),
  ).toEqual(["tor://bob.onion:1000/", "tor://carol.onion:1000/"])
  await net.world.runUntil(tor[Symbol.asyncDispose]())
})
