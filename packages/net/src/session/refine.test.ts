import { expect, test } from "vitest"
import { Addr } from "../message/address.ts"
import { RawPeer } from "../testing/raw-peer.test-kit.ts"
import { DchatMsg, TestNet, urlOn } from "../testing/test-net.test-kit.ts"

test("what a visitor advertises is probed at once, and shared if it answers", async () => {
  await using net = new TestNet()
  const seed = await net.listening("seed")
  const bob = await net.listening("bob")
  const visitor = await net.world.runUntil(RawPeer.dial(seed.url, net.host("visitor")))
  visitor.introduce()
  visitor.send(Addr, { addrs: [[bob.url, 5n]] })
  await net.world.advance(50)
  expect(seed.p2p.hosts.lists.entries("white").map(({ url }) => url)).toEqual([bob.url])
  expect(seed.p2p.hosts.lists.size("grey")).toBe(0)
  expect(seed.p2p.channels().map(({ session }) => session)).toEqual(["inbound"])
  expect(bob.p2p.channels()).toEqual([])
})

test("what does not answer is probed again for 10 s, then left to the refinery, which forgets it", async () => {
  await using net = new TestNet()
  const seed = await net.listening("seed", { greylistRefineryInterval: 15 })
  const host = net.host("late")
  const [url, never] = ["tcp://10.0.0.2:2000/", "tcp://10.0.0.2:3000/"]
  const visitor = await net.world.runUntil(RawPeer.dial(seed.url, host))
  visitor.introduce()
  visitor.send(Addr, { addrs: [url, never].map((address) => [address, 5n]) })
  await net.world.advance(5000)
  expect(seed.p2p.hosts.lists.size("white")).toBe(0)
  const accepting = RawPeer.accept(url, host)
  const late = await net.world.runUntil(accepting)
  late.introduce()
  await net.world.advance(100)
  expect(net.world.now).toBeLessThan(6000)
  expect(seed.p2p.hosts.lists.entries("white").map(({ url: white }) => white)).toEqual([url])
  expect(late.commands).toEqual(["version", "verack"])
  expect(late.closedAt).toBeDefined()

  expect(seed.p2p.hosts.lists.size("grey")).toBe(1)
  await net.world.advance(20_000)
  expect(seed.p2p.hosts.lists.size("grey")).toBe(0)
  await visitor.close()
})

test("a flood of advertised addresses is probed sixteen at a time, and what is too much is left to the refinery", async () => {
  await using net = new TestNet()
  const seed = await net.listening("seed")
  const visitor = await net.world.runUntil(RawPeer.dial(seed.url, net.host("visitor")))
  const hole = net.host("hole")
  const opened: number[] = []
  const listeners = []
  for (let port = 1; port <= 100; port++) {
    const listener = await hole.network.listen({ kind: "tcp", host: "10.0.0.3", port })
    listeners.push(listener)
    void (async () => {
      for await (const _stream of listener) opened.push(port)
    })()
  }
  visitor.introduce()
  for (let port = 1; port <= 100; port += 4) {
    visitor.send(Addr, { addrs: [0, 1, 2, 3].map((i) => [`tcp://10.0.0.3:${port + i}/`, 5n]) })
    if (port % 20 === 1) await net.world.advance(10_000)
  }
  await net.world.advance(5000)
  expect(opened.length).toBeGreaterThan(16)
  expect(opened.length).toBeLessThan(100)
  expect(seed.p2p.channels().length).toBeLessThan(2)
  await net.world.runUntil(Promise.all(listeners.map((listener) => listener.close())))
})

test("the refinery proves one grey host after the other, and the state says so while it does", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const carol = await net.listening("carol")
  const alice = await net.node("alice", { peers: [carol.url] })
  await net.run(alice)
  const { hosts } = alice.p2p
  hosts.lists.store("grey", [
    { url: bob.url, lastSeen: 5 },
    { url: "tcp://10.9.9.9:9/", lastSeen: 5 },
  ])
  const states = new Set<string | undefined>()
  await net.world.runUntil(() => {
    states.add(hosts.stateOf(bob.url))
    return hosts.lists.size("grey") === 0
  })
  expect(net.world.now).toBeLessThan(35_000)
  expect(hosts.lists.entries("white").map(({ url }) => url)).toEqual([bob.url])
  expect([...states]).toContain("refine")
})

test("a node without any connection for 30 s takes itself to be offline, and forgets nobody", async () => {
  await using net = new TestNet()
  const alice = await net.node("alice", { greylistRefineryInterval: 40 })
  await net.run(alice)
  alice.p2p.hosts.lists.store("grey", [{ url: "tcp://10.9.9.9:9/", lastSeen: 5 }])
  await net.world.advance(500_000)
  expect(alice.p2p.hosts.lists.size("grey")).toBe(1)
})

test("a probed node may talk of its application: nobody is banned", async () => {
  await using net = new TestNet()
  const host = net.host("bob")
  const bob = RawPeer.accept("tcp://10.0.0.1:1000/", host)
  const carol = await net.listening("carol")
  const alice = await net.node("alice", { peers: [carol.url] })
  await net.run(alice)
  alice.p2p.hosts.lists.store("grey", [{ url: "tcp://10.0.0.1:1000/", lastSeen: 5 }])
  const peer = await net.world.runUntil(bob)
  peer.send(DchatMsg, { msg: "buy" })
  peer.introduce()
  peer.send(DchatMsg, { msg: "buy" })
  await net.world.advance(100)
  expect(alice.p2p.hosts.lists.size("white")).toBe(1)
  expect(alice.p2p.hosts.lists.size("black")).toBe(0)
})

test("a ban ends after a day, a blacklisted host stays refused", async () => {
  await using net = new TestNet()
  const blacklist = [{ host: "10.6.6.6", schemes: ["tcp"], ports: [] }]
  const bob = await net.listening("bob", { blacklist, greylistRefineryInterval: 3600 })
  const banned = bob.p2p.hosts.ban({ address: "tcp://10.7.7.7:7/", session: "inbound" })
  expect(banned).toBe("tcp://10.7.7.7/")
  await net.world.advance(23 * 3_600_000)
  expect(bob.p2p.hosts.isBlacklisted("tcp://10.7.7.7:8/")).toBe(true)
  await net.world.advance(2 * 3_600_000)
  expect(bob.p2p.hosts.isBlacklisted("tcp://10.7.7.7:8/")).toBe(false)
  expect(bob.p2p.hosts.isBlacklisted("tcp://10.6.6.6:8/")).toBe(true)
})

test("a node that listens looks again whether the hosts that it tells others of are there", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const seed = await net.listening("seed", { peers: [bob.url], greylistRefineryInterval: 1000 })
  const carol = await net.listening("carol")
  const { lists } = seed.p2p.hosts
  lists.store("white", [
    { url: carol.url, lastSeen: 7 },
    { url: "tcp://10.9.9.9:9/", lastSeen: 8 },
  ])
  await net.world.advance(121_000)
  expect(lists.entries("white").find(({ url }) => url === carol.url)?.lastSeen).toBeGreaterThan(7)
  expect(lists.size("white")).toBe(2)
  await net.world.advance(120_000)
  expect(lists.entries("white").map(({ url }) => url)).toEqual([carol.url])
  expect(lists.entries("grey")).toEqual([{ url: "tcp://10.9.9.9:9/", lastSeen: 8 }])
})

test("a proven host gives up its place to another one only when it does not answer a test", async () => {
  await using net = new TestNet()
  const carol = net.host("carol", "9.9.9.9")
  await net.run(await net.node("carol", { inboundAddrs: [urlOn(carol)] }, carol))
  const alice = await net.node("alice", { peers: [urlOn(carol)], localnet: false })
  await net.run(alice)
  const { hosts } = alice.p2p
  const host = net.host("bob", "8.8.8.8")
  const url = urlOn(host)
  await net.run(await net.node("bob", { inboundAddrs: [url] }, host))
  // All of bob's netgroup, and none of them is there.
  for (let port = 2000; hosts.lists.incumbent("white", url) === undefined; port++) {
    hosts.confirm(`tcp://8.8.8.8:${port}/`)
  }
  hosts.confirm(url)
  const incumbent = hosts.lists.incumbent("white", url) ?? ""
  const size = hosts.lists.size("white")
  await net.world.advance(14_000)
  expect([hosts.lists.has("grey", url), hosts.lists.has("white", incumbent)]).toEqual([true, true])
  await net.world.advance(2000)
  expect([hosts.lists.has("white", url), hosts.lists.has("white", incumbent)]).toEqual([true, false])
  expect(hosts.lists.size("white")).toBe(size)
})

test("who was proven once is not forgotten for a day, however often a probe is in vain; hearsay is at once", async () => {
  await using net = new TestNet()
  const carol = await net.listening("carol")
  const alice = await net.node("alice", { peers: [carol.url] })
  await net.run(alice)
  const { hosts } = alice.p2p
  const [bob, hearsay] = ["tcp://10.9.9.9:9/", "tcp://10.9.9.9:10/"]
  hosts.confirm(bob)
  hosts.demote(bob)
  hosts.lists.store("grey", [{ url: hearsay, lastSeen: 5 }])
  await net.world.advance(60_000)
  expect([hosts.lists.has("grey", bob), hosts.lists.has("grey", hearsay)]).toEqual([true, false])
  await net.world.advance(23 * 3_600_000)
  expect(hosts.lists.has("grey", bob)).toBe(true)
  await net.world.advance(3_600_000)
  expect(hosts.lists.has("grey", bob)).toBe(false)
})

test("one probe in four is for those that were proven once, so that they keep no newcomer waiting", async () => {
  await using net = new TestNet()
  const carol = await net.listening("carol")
  const alice = await net.node("alice", { peers: [carol.url] })
  await net.run(alice)
  const { hosts } = alice.p2p
  for (let port = 1; port <= 100; port++) {
    hosts.confirm(`tcp://10.9.9.9:${port}/`)
    hosts.demote(`tcp://10.9.9.9:${port}/`)
  }
  const urls = []
  for (let i = 0; i < 12; i++) urls.push((await net.listening(`node ${i}`)).url)
  hosts.lists.store(
    "grey",
    urls.map((url) => ({ url, lastSeen: 5 })),
  )
  // 12 newcomers and 4 others, which are gone: each 15 s after the one before, or after that has not answered for 15 s.
  await net.world.advance(16 * 15_000 + 4 * 15_000 + 1000)
  expect(urls.filter((url) => hosts.lists.has("white", url))).toEqual(urls)
  expect(hosts.lists.size("grey")).toBe(100)
})
