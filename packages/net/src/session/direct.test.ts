import { CancelScope } from "@dchat/task"
import { expect, test } from "vitest"
import type { DnetEvent } from "../index.ts"
import { TestNet, urlOn, type TestNode } from "../testing/test-net.test-kit.ts"

test("those who ask for the same address share a channel, which is closed when the last has released it", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice")
  await net.run(alice)
  const { direct } = alice.p2p.sessions
  const [one, two] = await net.world.runUntil(Promise.all([direct.get(bob.url), direct.get("tcp://10.0.0.1:1000")]))
  expect(one.channel).toBe(two.channel)
  expect(alice.p2p.getInfo().channels).toMatchObject([{ url: bob.url, session: "direct" }])
  expect(alice.p2p.hosts.lists.has("gold", bob.url)).toBe(true)

  await net.world.runUntil(one.release())
  await net.world.runUntil(one.release())
  expect(two.channel.state).toBe("running")
  await net.world.runUntil(two.release())
  expect(alice.p2p.channels()).toEqual([])
  expect(alice.p2p.hosts.stateOf(bob.url)).toBe("free")

  const again = await net.world.runUntil(direct.get(bob.url))
  expect(again.channel).not.toBe(one.channel)
  await net.world.runUntil(bob.p2p.stop())
  await net.world.advance(10)
  expect(again.channel.state).toBe("stopped")
  await net.world.runUntil(again.release())
})

test("a channel that another session made is used, and left alone", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { peers: [bob.url] })
  await net.run(alice)
  await net.world.advance(10)
  const lease = await alice.p2p.sessions.direct.get(bob.url)
  expect(lease.channel.session).toBe("manual")
  await lease.release()
  expect(lease.channel.state).toBe("running")
})

test("seeds, our own addresses, addresses that we cannot dial and nodes that are not there are refused", async () => {
  await using net = new TestNet()
  const seed = await net.listening("seed")
  const own = "tcp://10.5.5.5:5/"
  const alice = await net.node("alice", { seeds: [seed.url], externalAddrs: [own] })
  const { direct } = alice.p2p.sessions
  await expect(direct.get(own)).rejects.toThrow("while the network runs")
  await net.run(alice)
  await expect(direct.get(seed.url)).rejects.toThrow("it is a seed")
  await expect(direct.get(own)).rejects.toThrow("it is our own address")
  await expect(direct.get("tor://abc.onion:1")).rejects.toMatchObject({ code: "unsupported-transport" })
  await expect(net.world.runUntil(direct.get("tcp://10.9.9.9:9"))).rejects.toMatchObject({ code: "failed" })
  await expect(net.world.runUntil(direct.get("tcp://10.9.9.9:9"))).rejects.toMatchObject({ code: "failed" })
})

test("who gives up while the connection is made closes it, unless somebody else waits for it", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice")
  await net.run(alice)
  const { direct } = alice.p2p.sessions
  const impatient = new CancelScope()
  const first = direct.get(bob.url, { signal: impatient }).catch((error: unknown) => error)
  const second = direct.get(bob.url)
  impatient.cancel(new Error("no time"))
  expect((await net.world.runUntil(second)).channel.state).toBe("running")
  expect(await first).toMatchObject({ message: "no time" })

  const alone = new CancelScope()
  const carol = await net.listening("carol")
  const third = direct.get(carol.url, { signal: alone }).catch((error: unknown) => error)
  alone.cancel(new Error("no time"))
  await net.world.advance(1000)
  expect(await third).toMatchObject({ message: "no time" })
  expect(carol.p2p.channels()).toEqual([])
})

test("an observer sees a direct connection come, go and fail", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice")
  await net.run(alice)
  const watching = alice.p2p.dnet.subscribe()
  const lease = await net.world.runUntil(alice.p2p.sessions.direct.get(bob.url))
  await net.world.runUntil(lease.release())
  await net.world.runUntil(alice.p2p.sessions.direct.get("tcp://10.9.9.9:9").catch(() => undefined))
  await net.world.advance(0)
  const events: DnetEvent[] = []
  while (watching.size > 0) events.push(await watching.receive())
  watching.close()
  const nobody = "tcp://10.9.9.9:9/"
  expect(events.filter(({ event }) => event.startsWith("direct"))).toEqual([
    { event: "direct_connecting", info: { connect_addr: bob.url } },
    { event: "direct_connected", info: { connect_addr: bob.url, addr: bob.url, channel_id: lease.channel.id } },
    { event: "direct_disconnected", info: { connect_addr: bob.url, err: "we closed the connection" } },
    { event: "direct_connecting", info: { connect_addr: nobody } },
    { event: "direct_disconnected", info: { connect_addr: nobody, err: `cannot connect to ${nobody}: unreachable` } },
  ])
})

/** What an observer was told of direct peer discovery. */
function discoveryOf(net: TestNet, { p2p }: TestNode): string[] {
  const said: string[] = []
  const start = net.world.now
  void (async () => {
    for await (const { event, info } of p2p.dnet.subscribe()) {
      if (event === "direct_peer_discovery") said.push(`${net.world.now - start} ${info.state} ${info.attempt}`)
    }
  })()
  return said
}

test("who must reach a node tries until it is there", async () => {
  await using net = new TestNet()
  const host = net.host("bob")
  const alice = await net.node("alice")
  await net.run(alice)
  const getting = alice.p2p.sessions.direct.getPatiently(urlOn(host))
  await net.world.advance(60_000)
  expect(alice.p2p.channels()).toEqual([])
  const bob = await net.node("bob", { inboundAddrs: [urlOn(host)] }, host)
  await net.run(bob)
  const start = net.world.now
  const lease = await net.world.runUntil(getting)
  expect(net.world.now - start).toBeLessThanOrEqual(16_000)
  expect(lease.channel.session).toBe("direct")
  await net.world.runUntil(lease.release())
  expect(alice.p2p.channels()).toEqual([])
})

test("trying again ends when it is of no use, when nobody wants it any more, and with the network", async () => {
  await using net = new TestNet()
  const alice = await net.node("alice")
  const { direct } = alice.p2p.sessions
  await expect(direct.getPatiently("tcp://10.9.9.9:9")).rejects.toMatchObject({ code: "wrong-state" })
  await net.run(alice)
  await expect(direct.getPatiently("tor://abc.onion:1")).rejects.toMatchObject({ code: "unsupported-transport" })
  const impatient = new CancelScope()
  const cancelled = direct.getPatiently("tcp://10.9.9.9:9", { signal: impatient }).catch((error: unknown) => error)
  await net.world.advance(20_000)
  impatient.cancel(new Error("no time"))
  expect(await net.world.runUntil(cancelled)).toMatchObject({ message: "no time" })
  const left = direct.getPatiently("tcp://10.9.9.9:9").catch(() => "rejected")
  await net.world.advance(20_000)
  await net.world.runUntil(alice.p2p.stop())
  expect(await left).toBe("rejected")
})

test("a node without outbound connections finds hosts when its protocols ask for that, through a peer that it knows", async () => {
  await using net = new TestNet()
  const [bob, carol] = [await net.listening("bob"), await net.listening("carol")]
  bob.p2p.hosts.lists.store("white", [{ url: carol.url, lastSeen: 1 }])
  const alice = await net.node("alice", { outboundConnections: 0 })
  alice.p2p.hosts.lists.store("white", [{ url: bob.url, lastSeen: 1 }])
  const said = discoveryOf(net, alice)
  await net.run(alice)
  await net.world.advance(60_000)
  expect(said).toEqual(["0 wait 0"])
  expect(alice.p2p.hosts.lists.size("grey")).toBe(0)

  const { direct } = alice.p2p.sessions
  direct.startPeerDiscovery()
  await net.world.advance(1000)
  expect(alice.p2p.hosts.lists.has("grey", carol.url)).toBe(true)
  expect(said).toEqual(["0 wait 0", "60000 newchan 1", expect.stringMatching(/^60\d\d\d getaddr 1$/)])
  expect(alice.p2p.channels()).toEqual([])
  await net.world.advance(4500)
  expect(said.slice(3)).toEqual([
    expect.stringMatching(/ wait 0$/),
    expect.stringMatching(/ newchan 1$/),
    expect.stringMatching(/ getaddr 1$/),
  ])
  direct.stopPeerDiscovery()
})

test("peers that know nobody are asked once, then after a pause; seeds while there is nobody to ask", async () => {
  await using net = new TestNet()
  const seed = await net.listening("seed")
  const alone = await net.node("alone", { outboundConnections: 0, seeds: [seed.url] })
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { outboundConnections: 0, peers: [bob.url] })
  const [ofAlone, ofAlice] = [discoveryOf(net, alone), discoveryOf(net, alice)]
  for (const node of [alone, alice]) {
    await net.run(node)
    await net.world.advance(100)
    node.p2p.sessions.direct.startPeerDiscovery()
  }
  await net.world.advance(52_000)
  const states = (said: readonly string[]) => said.map((line) => line.replace(/^\d+ /, ""))
  // Every 5 s; the fourth attempt only after 30 s, as the first of the next ones.
  expect(states(ofAlone)).toEqual([
    ...["wait 0", "seed 1", "wait 1", "seed 2", "wait 2", "seed 3", "wait 3", "sleep 4", "seed 1", "wait 1"],
    "seed 2",
  ])
  expect(states(ofAlice)).toEqual([...["wait 0", "getaddr 1", "wait 3", "sleep 4", "getaddr 1", "wait 3", "sleep 4"]])
})
