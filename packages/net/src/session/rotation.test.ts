import { fixedDelay, Partition } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import type { Settings } from "../index.ts"
import { RawPeer } from "../testing/raw-peer.test-kit.ts"
import { TestNet, urlOn, type TestNode } from "../testing/test-net.test-kit.ts"
import { hearOf, held, listeners } from "./slots.test-kit.ts"

const MINUTE_MS = 60_000

const idsOf = ({ p2p }: TestNode): readonly number[] => p2p.getInfo().outbound_slots

/** A node whose slots are full, with one peer after the other, half a minute between them. */
async function settled(net: TestNet, urls: readonly string[], settings: Partial<Settings> = {}): Promise<TestNode> {
  const alice = await net.node("alice", { outboundConnections: urls.length, ...settings })
  await net.run(alice)
  for (const url of urls) {
    hearOf(alice, url)
    await net.world.advance(30_000)
  }
  expect(held(alice)).toEqual(urls)
  return alice
}

/** A host that takes one connection, and the peer of it as soon as there is one. */
function awaited(net: TestNet, name: string): { readonly url: string; readonly peer: Promise<RawPeer> } {
  const host = net.host(name)
  const url = urlOn(host)
  return { url, peer: RawPeer.accept(url, host) }
}

test("full slots try somebody else every few minutes; whoever came last leaves, when the other one is there", async () => {
  await using net = new TestNet()
  const [bob = "", carol = "", dave = "", ...others] = await listeners(net, [
    "bob",
    "carol",
    "dave",
    "eve",
    "fay",
    "gil",
  ])
  const alice = await settled(net, [bob, carol, dave])
  const [first, second] = idsOf(alice)
  hearOf(alice, ...others)
  const last = new Set<number | undefined>()
  for (let second = 0; second < 60 * 60; second++) {
    await net.world.advance(1000)
    expect(held(alice)).toHaveLength(3)
    last.add(idsOf(alice)[2])
  }
  expect(idsOf(alice).slice(0, 2)).toEqual([first, second])
  // An hour is 60 / 4 to 60 / 2 rounds.
  expect(last.size).toBeGreaterThanOrEqual(15)
  expect(last.size).toBeLessThanOrEqual(31)
})

test("who was let go of is as proven as before", async () => {
  await using net = new TestNet()
  const [bob = "", carol = "", dave = ""] = await listeners(net, ["bob", "carol", "dave"])
  const alice = await settled(net, [bob, carol], { greylistRefineryInterval: 1e6 })
  hearOf(alice, dave)
  await net.world.runUntil(() => held(alice).includes(dave))
  await net.world.advance(100)
  const { lists } = alice.p2p.hosts
  expect([lists.has("gold", bob), lists.has("white", carol), lists.has("gold", dave)]).toEqual([true, true, true])
})

test("observers see the slot connect to another one, and nothing of what is tried in vain", async () => {
  await using net = new TestNet()
  const [bob = "", carol = "", dave = ""] = await listeners(net, ["bob", "carol", "dave"])
  const alice = await settled(net, [bob, carol], { greylistRefineryInterval: 1e6 })
  const ids = idsOf(alice)
  const seen: unknown[] = []
  const watching = alice.p2p.dnet.subscribe()
  void (async () => {
    for await (const { event, info } of watching) if (event.startsWith("outbound_slot")) seen.push({ event, ...info })
  })()
  const nobody = "tcp://10.9.9.9:9/"
  alice.p2p.hosts.lists.store("white", [{ url: nobody, lastSeen: 5 }])
  await net.world.advance(30 * MINUTE_MS)
  expect(alice.p2p.hosts.lists.get(nobody)).toMatchObject({ colour: "grey" })
  expect(alice.p2p.hosts.lists.get(nobody)?.failures).toBeGreaterThan(5)
  expect([idsOf(alice), held(alice), seen]).toEqual([ids, [bob, carol], []])

  hearOf(alice, dave)
  await net.world.runUntil(() => held(alice).includes(dave))
  await net.world.advance(1)
  const id = idsOf(alice)[1]
  expect(seen).toEqual([
    { event: "outbound_slot_connecting", slot: 1, addr: dave },
    { event: "outbound_slot_connected", slot: 1, addr: dave, channel_id: id },
  ])
  watching.close()
})

test("a single slot keeps whom it has", async () => {
  await using net = new TestNet()
  const [bob = "", carol = ""] = await listeners(net, ["bob", "carol"])
  const alice = await settled(net, [bob])
  const ids = idsOf(alice)
  hearOf(alice, carol)
  await net.world.advance(60 * MINUTE_MS)
  expect(idsOf(alice)).toEqual(ids)
})

/** What a node does to find more peers, as it comes about. */
function discoveries({ p2p }: TestNode): string[] {
  const states: string[] = []
  const watching = p2p.dnet.subscribe()
  void (async () => {
    for await (const { event, info } of watching) {
      if (event === "outbound_peer_discovery" && info.state !== "wait") states.push(info.state)
    }
  })()
  return states
}

test("who knows nobody else asks its peers", async () => {
  await using net = new TestNet()
  const alice = await settled(net, await listeners(net, ["bob", "carol"]))
  const asked = discoveries(alice)
  await net.world.advance(12 * MINUTE_MS)
  expect(asked.slice(0, 2)).toEqual(["getaddr", "getaddr"])
})

test("seeds are asked at the tries 1, 2, 4, 8 and so on, whoever else is known", async () => {
  await using net = new TestNet()
  const [bob = "", carol = "", seed = "", ...others] = await listeners(net, ["bob", "carol", "seed", "dave", "eve"])
  const alice = await settled(net, [bob, carol], { seeds: [seed] })
  hearOf(alice, ...others)
  const asked = discoveries(alice)
  // The first try is over. These are 5 to 10 in all, then 60 to 120, then 240 to 480.
  await net.world.advance(4 * MINUTE_MS)
  expect([2, 3]).toContain(asked.length)
  await net.world.advance(55 * MINUTE_MS)
  expect([5, 6]).toContain(asked.length)
  await net.world.advance(180 * MINUTE_MS)
  expect([7, 8]).toContain(asked.length)
  expect(new Set(asked)).toEqual(new Set(["seed"]))
})

test("a stop while somebody is tried ends at once, and leaves nothing", async () => {
  await using net = new TestNet()
  const alice = await settled(net, await listeners(net, ["bob", "carol"]), { greylistRefineryInterval: 1e6 })
  const { url, peer } = awaited(net, "silent")
  hearOf(alice, url)
  const silent = await net.world.runUntil(peer)
  await net.world.advance(100)
  const start = net.world.now
  await net.world.runUntil(alice.p2p.stop())
  expect(net.world.now - start).toBeLessThan(1000)
  expect(idsOf(alice)).toEqual([])
  await net.world.advance(100)
  expect(silent.closedAt).toBeDefined()
})

test("a slot that is taken away while it tries somebody lets go of both; one that is added changes nothing", async () => {
  await using net = new TestNet()
  const urls = await listeners(net, ["bob", "carol"])
  const alice = await settled(net, urls, { greylistRefineryInterval: 1e6 })
  const one = awaited(net, "one")
  hearOf(alice, one.url)
  const gone = await net.world.runUntil(one.peer)
  alice.p2p.reload({ outboundConnections: 0 })
  await net.world.advance(100)
  expect([gone.closedAt !== undefined, idsOf(alice), alice.p2p.channels()]).toEqual([true, [], []])

  alice.p2p.reload({ outboundConnections: 2 })
  await net.world.advance(MINUTE_MS)
  expect(held(alice).toSorted()).toEqual(urls.toSorted())
  const two = awaited(net, "two")
  hearOf(alice, two.url)
  const here = await net.world.runUntil(two.peer)
  alice.p2p.reload({ outboundConnections: 3 })
  here.introduce()
  await net.world.advance(100)
  expect(idsOf(alice)).toHaveLength(3)
  expect(held(alice)).toContain(two.url)
})

test("a slot that loses its peer while it tries another one looks for one itself", async () => {
  await using net = new TestNet()
  const [bob = ""] = await listeners(net, ["bob"])
  const carol = await net.listening("carol")
  const alice = await settled(net, [bob, carol.url], { greylistRefineryInterval: 1e6 })
  const late = awaited(net, "late")
  hearOf(alice, late.url)
  const peer = await net.world.runUntil(late.peer)
  await net.world.runUntil(carol.p2p.stop())
  await net.world.advance(100)
  peer.introduce()
  await net.world.advance(100)
  expect(held(alice)).toEqual([bob])
  expect(peer.closedAt).toBeDefined()
})

test("when a cut has healed the peers of before are back within three minutes, and count as old as they are", async () => {
  const partition = new Partition()
  await using net = new TestNet({ links: partition.apply(fixedDelay(10)) })
  const [bob = "", carol = "", dave = "", eve = "", fay = ""] = await listeners(net, [
    "bob",
    "carol",
    "dave",
    "eve",
    "fay",
  ])
  const alice = await settled(net, [bob, carol])
  hearOf(alice, dave, eve)
  partition.split(["alice", "dave", "eve", "fay"], ["bob", "carol"])
  await net.world.advance(30 * MINUTE_MS)
  expect(held(alice).toSorted()).toEqual([dave, eve].toSorted())
  // The refinery has not forgotten them either.
  const { lists } = alice.p2p.hosts
  expect([lists.has("grey", bob), lists.has("grey", carol)]).toEqual([true, true])

  partition.heal()
  const healed = net.world.now
  await net.world.runUntil(() => held(alice).includes(bob) && held(alice).includes(carol))
  expect(net.world.now - healed).toBeLessThan(3 * MINUTE_MS)
  // In the long run one slot is for others, as before: not that of who was here first.
  hearOf(alice, fay)
  await net.world.advance(20 * MINUTE_MS)
  expect(held(alice)).toContain(bob)
})

test("who was missed is remembered over a restart, and comes before who has taken the place", async () => {
  const partition = new Partition()
  await using net = new TestNet({ links: partition.apply(fixedDelay(10)) })
  const [bob = "", carol = "", dave = "", eve = ""] = await listeners(net, ["bob", "carol", "dave", "eve"])
  const first = await settled(net, [bob, carol], { hostlist: "hosts" })
  hearOf(first, dave, eve)
  partition.split(["alice", "dave", "eve"], ["bob", "carol"])
  await net.world.advance(10 * MINUTE_MS)
  await net.world.runUntil(first.p2p.stop())
  const again = await net.node("alice", { outboundConnections: 2, hostlist: "hosts" }, first.host)
  await net.run(again)
  await net.world.advance(MINUTE_MS)
  expect(held(again).toSorted()).toEqual([dave, eve].toSorted())
  partition.heal()
  const healed = net.world.now
  await net.world.runUntil(() => held(again).includes(bob) && held(again).includes(carol))
  expect(net.world.now - healed).toBeLessThan(5 * MINUTE_MS)
})
