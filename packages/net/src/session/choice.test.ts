import { fixedDelay, Partition } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import type { Settings } from "../index.ts"
import { TestNet, urlOn, type TestNode } from "../testing/test-net.test-kit.ts"
import { held, listeners } from "./slots.test-kit.ts"

const MINUTE_MS = 60_000
const SLOTS = 3

/** A seed that knows these hosts. */
async function seedThatKnows(net: TestNet, urls: readonly string[]): Promise<string> {
  const { p2p, url } = await net.listening("seed")
  p2p.hosts.lists.store(
    "white",
    urls.map((known) => ({ url: known, lastSeen: 5 })),
  )
  return url
}

/** A node that somebody has told of so many addresses of his, each from another address. Not started. */
async function besieged(
  net: TestNet,
  name: string,
  his: readonly string[],
  settings: Partial<Settings>,
): Promise<TestNode> {
  const node = await net.node(name, { outboundConnections: SLOTS, ...settings })
  for (const [i, url] of his.entries()) node.p2p.hosts.insert([[url, 5n]], { group: `9.${i}`, isOwn: () => false })
  return node
}

const attackers = (net: TestNet): Promise<string[]> =>
  listeners(
    net,
    Array.from({ length: 20 }, (_, i) => `attacker ${i}`),
  )

// Swarm seed 6209: of 6 honest and 40 hostile addresses three hostile ones were drawn, and the node was cut off for minutes.
test("one slot is for somebody whom a seed named, however many addresses others name, and he stays", async () => {
  await using net = new TestNet()
  const [bob = ""] = await listeners(net, ["bob"])
  const seed = await seedThatKnows(net, [bob])
  const his = await attackers(net)
  const victims = []
  for (let i = 0; i < 5; i++) {
    const victim = await besieged(net, `victim ${i}`, his, { seeds: [seed] })
    await net.run(victim)
    victims.push(victim)
  }
  for (let minute = 0; minute < 30; minute++) {
    await net.world.advance(MINUTE_MS)
    for (const victim of victims) {
      expect(held(victim)).toHaveLength(SLOTS)
      expect(held(victim)).toContain(bob)
    }
  }
})

test("when he is gone somebody else whom a seed named takes his place within three minutes", async () => {
  await using net = new TestNet()
  const named = [await net.listening("bob"), await net.listening("carol")]
  const seed = await seedThatKnows(
    net,
    named.map(({ url }) => url),
  )
  const victim = await besieged(net, "victim", await attackers(net), { seeds: [seed] })
  await net.run(victim)
  await net.world.advance(MINUTE_MS)
  const here = named.filter(({ url }) => held(victim).includes(url))
  expect(here).toHaveLength(1)
  for (const { p2p } of here) await net.world.runUntil(p2p.stop())
  // A slot takes whoever is there; its turn comes when slots are full again.
  await net.world.advance(3 * MINUTE_MS)
  const [other] = named.filter((node) => !here.includes(node))
  expect(held(victim)).toContain(other?.url)
})

test("a node that did not reach its seeds as it started has somebody whom they name three minutes after it can", async () => {
  const partition = new Partition()
  await using net = new TestNet({ links: partition.apply(fixedDelay(10)) })
  const [bob = ""] = await listeners(net, ["bob"])
  const seed = await seedThatKnows(net, [bob])
  const his = await attackers(net)
  const victims = []
  for (let i = 0; i < 5; i++) victims.push(await besieged(net, `victim ${i}`, his, { seeds: [seed] }))
  partition.split(["seed"], ["victim 0", "victim 1", "victim 2", "victim 3", "victim 4"])
  for (const { p2p } of victims) void p2p.start().then(() => p2p.run())
  await net.world.advance(20_000)
  for (const victim of victims) expect(held(victim)).toHaveLength(SLOTS)
  partition.heal()
  await net.world.advance(3 * MINUTE_MS)
  for (const victim of victims) expect(held(victim)).toContain(bob)
})

test("nobody is dialled for that who is of the netgroup of another slot", async () => {
  await using net = new TestNet()
  const listening = async (name: string, ip: string): Promise<string> => {
    const host = net.host(name, ip)
    await net.run(await net.node(name, { localnet: false, inboundAddrs: [urlOn(host)] }, host))
    return urlOn(host)
  }
  const his = await listening("attacker", "1.1.0.1")
  const neighbour = await listening("neighbour", "1.1.0.2")
  const bob = await listening("bob", "1.2.0.1")
  const settings = { localnet: false, outboundConnections: 2, greylistRefineryInterval: 1e6 }
  const alice = await net.node("alice", settings, net.host("alice", "1.9.0.1"))
  const say = (url: string, group: string): number => alice.p2p.hosts.insert([[url, 5n]], { group, isOwn: () => false })
  say(his, "9.1")
  await net.run(alice)
  await net.world.advance(1000)
  expect(held(alice)).toEqual([his])
  say(neighbour, "seed 9.2")
  say(bob, "9.3")
  await net.world.advance(1000)
  expect(held(alice)).toEqual([his, bob])
})
