import { expect, test } from "vitest"
import { P2p, type Settings } from "./index.ts"
import { RawPeer } from "./testing/raw-peer.test-kit.ts"
import { DchatMsg, MAGIC, TestNet, urlOn } from "./testing/test-net.test-kit.ts"

test("two nodes connect and chat both ways", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { peers: [bob.url] })
  await net.run(alice)
  await net.world.advance(10)

  expect(await alice.p2p.broadcast(DchatMsg, { msg: "hello" })).toEqual({ nodes: 1, sent: 1, refused: 0 })
  expect(await bob.p2p.broadcast(DchatMsg, { msg: "hi" })).toEqual({ nodes: 1, sent: 1, refused: 0 })
  await net.world.advance(10)
  expect(bob.inbox).toEqual(["hello"])
  expect(alice.inbox).toEqual(["hi"])
})

test("get_info names every channel by url, session and id", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { peers: [bob.url] })
  await net.run(alice)
  await net.world.advance(10)

  const [toBob] = alice.p2p.channels()
  const [toAlice] = bob.p2p.channels()
  expect(alice.p2p.getInfo()).toEqual({
    channels: [{ url: bob.url, session: "manual", id: toBob?.id }],
    outbound_slots: [],
  })
  expect(bob.p2p.getInfo()).toEqual({
    channels: [{ url: expect.stringMatching(/^tcp:\/\/10\.0\.0\.2:\d+\/$/), session: "inbound", id: toAlice?.id }],
    outbound_slots: [],
  })
})

test("a node goes from open to stopped, and refuses what its state does not allow", async () => {
  await using net = new TestNet()
  const { p2p } = await net.node("alice")
  expect(p2p.state).toBe("open")
  await p2p.stop()
  expect(p2p.state).toBe("open")
  await expect(p2p.run()).rejects.toThrow("a network that is open cannot be running")
  await expect(p2p.broadcast(DchatMsg, { msg: "" })).rejects.toThrow("the network is open")

  const starting = p2p.start()
  expect(p2p.state).toBe("starting")
  await expect(p2p.start()).rejects.toThrow("a network that is starting cannot be starting")
  await net.world.runUntil(starting)
  expect(p2p.state).toBe("started")
  const running = p2p.run()
  expect(p2p.state).toBe("running")

  const stopSignal = p2p.subscribeStop()
  const stopping = p2p.stop()
  expect(p2p.state).toBe("stopping")
  await stopSignal
  await net.world.runUntil(Promise.all([stopping, p2p.stop(), running]))
  expect(p2p.state).toBe("stopped")
  await p2p.subscribeStop()
  await expect(p2p.broadcast(DchatMsg, { msg: "" })).rejects.toThrow("the network is stopped")
})

test("a message is not lost when its sender stops right after", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { peers: [bob.url] })
  await net.run(alice)
  await net.world.advance(10)
  const long = "x".repeat(500_000)
  await alice.p2p.broadcast(DchatMsg, { msg: long })
  await net.world.runUntil(alice.p2p.stop())
  await net.world.advance(10)
  expect(bob.inbox).toEqual([long])
})

test("a peer that was not there is dialled until it is, and again when it went away", async () => {
  await using net = new TestNet()
  const host = net.host("bob")
  const url = urlOn(host)
  const alice = await net.node("alice", { peers: [url] })
  await net.run(alice)
  await net.world.advance(60_000)
  expect(alice.p2p.peers()).toEqual([])

  const bob = await net.node("bob", { inboundAddrs: [url] }, host)
  await net.run(bob)
  await net.world.advance(15_000)
  expect(alice.p2p.peers()).toHaveLength(1)

  await net.world.runUntil(bob.p2p.stop())
  await net.world.advance(10)
  expect(alice.p2p.peers()).toEqual([])
  await net.run(bob)
  await net.world.advance(15_000)
  expect(alice.p2p.peers()).toHaveLength(1)
})

test("manual.connect gives the channel, once for each peer", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice")
  expect(() => alice.p2p.sessions.manual.connect(bob.url)).toThrow("while the network runs")
  await net.run(alice)
  const connecting = alice.p2p.sessions.manual.connect("tcp://10.0.0.1:1000")
  expect(alice.p2p.sessions.manual.connect(bob.url)).toBe(connecting)
  const channel = await net.world.runUntil(connecting)
  expect(channel.address).toBe(bob.url)
  expect(channel.version?.appName).toBe("dchatd")

  const never = alice.p2p.sessions.manual.connect("tor://abc.onion:1")
  await expect(net.world.runUntil(never)).rejects.toThrow("tor is not among the active profiles")
})

test("a person can follow a node in its log: a line for each thing that matters, and none for what does not", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { peers: [bob.url, "tcp://10.9.9.9:1/"] })
  await net.run(alice)
  await net.world.advance(2500)
  const mallory = await net.world.runUntil(RawPeer.dial(bob.url, net.host("mallory")))
  mallory.introduce()
  await net.world.advance(2500)
  mallory.sendBytes(Uint8Array.of(...MAGIC, 3, 97, 98, 99, 0))
  // Who only looks in, as probes and a seed's visitors do.
  const visitor = await net.world.runUntil(RawPeer.dial(bob.url, net.host("visitor")))
  visitor.introduce()
  await net.world.advance(100)
  await net.world.runUntil(visitor.close())
  await net.world.advance(60_000)
  await net.world.runUntil(alice.p2p.stop())
  await net.world.advance(10)
  await net.world.runUntil(bob.p2p.stop())
  expect(net.said("alice")).toEqual([
    "Not configured for accepting incoming connections.",
    "Not configured for asking seeds.",
    "Started; 0 hosts are known",
    "Not configured for making outbound connections.",
    expect.stringMatching(/^No connection to tcp:\/\/10\.9\.9\.9:1\/: (?:refused|unreachable); trying again$/),
    "Connected to tcp://10.0.0.1:1000/ (manual)",
    "Disconnected from tcp://10.0.0.1:1000/ (manual): we closed the connection",
    "Node is not connected to other nodes.",
    "Stopped",
  ])
  expect(net.said("bob")).toEqual([
    "Listening on tcp://10.0.0.1:1000/",
    "Not configured for asking seeds.",
    "Started; 0 hosts are known",
    "Not configured for connecting to given peers.",
    "Not configured for making outbound connections.",
    expect.stringMatching(/^Connected to tcp:\/\/10\.0\.0\.2:\d+\/ \(inbound\)$/),
    expect.stringMatching(/^Connected to tcp:\/\/10\.0\.0\.3:\d+\/ \(inbound\)$/),
    'Banned tcp://10.0.0.3/: unknown command "abc"',
    expect.stringMatching(/^Disconnected from tcp:\/\/10\.0\.0\.3:\d+\/ \(inbound\): unknown command "abc"$/),
    expect.stringMatching(/ \(inbound\): the peer closed the connection$/),
    "Node is not connected to other nodes.",
    "Stopped",
  ])
})

test("a port that is taken is said, and the node can be started later", async () => {
  await using net = new TestNet()
  const host = net.host("bob")
  const url = urlOn(host)
  const taken = await host.network.listen({ kind: "tcp", host: "10.0.0.1", port: 1000 })
  const { p2p } = await net.node("bob", { inboundAddrs: ["tcp://10.0.0.1:999/", url] }, host)
  await expect(net.world.runUntil(p2p.start())).rejects.toThrow(`cannot listen on ${url}`)
  expect(p2p.state).toBe("stopped")
  await taken.close()
  await net.world.runUntil(p2p.start())
  expect(p2p.sessions.inbound.addresses).toEqual(["tcp://10.0.0.1:999/", url])
})

test("settings that cannot work are refused when the node is made", async () => {
  await expect(P2p.create({ magicBytes: Uint8Array.of(1, 2, 3) })).rejects.toThrow("is 4 bytes, not 3")
  await expect(P2p.create({ peers: ["nowhere"] })).rejects.toThrow('not an absolute URL: "nowhere"')
  const peer = { peer: [] } as Partial<Settings>
  await expect(P2p.create(peer)).rejects.toThrow("peer is no setting; did you mean peers?")
})

test("a node that goes out of its scope is stopped", async () => {
  await using net = new TestNet()
  const { p2p, url } = await net.listening("bob")
  const left = (async () => {
    await using node = p2p
    expect(node.sessions.inbound.addresses).toEqual([url])
  })()
  await net.world.runUntil(left)
  expect(p2p.state).toBe("stopped")
})

test("a node that is stopped while it starts ends in stopped", async () => {
  await using net = new TestNet()
  const silent = net.host("seed")
  const listener = await silent.network.listen({ kind: "tcp", host: "10.0.0.1", port: 1 })
  const { p2p } = await net.node("alice", { seeds: ["tcp://10.0.0.1:1/"], inboundAddrs: ["tcp://10.0.0.2:1/"] })
  const starting = p2p.start().catch((error: unknown) => error)
  await net.world.advance(100)
  await net.world.runUntil(p2p.stop())
  expect(await starting).toMatchObject({ code: "wrong-state" })
  expect(p2p.state).toBe("stopped")
  await net.world.runUntil(listener.close())
})
