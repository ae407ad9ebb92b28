import { NetworkError, type Network } from "@dchat/runtime"
import { Partition, fixedDelay, type VirtualHost } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { TestNet, urlOn, type TestNode } from "../testing/test-net.test-kit.ts"
import { hearOf, held, listeners } from "./slots.test-kit.ts"

const MINUTE_MS = 60_000
const SLOTS = 3
const OTHERS = Array.from({ length: 12 }, (_, i) => `node ${i}`)

/** How dials fail without a network: nothing is said, or the system says at once that there is no way. */
type Manner = "nothing answers" | "dials fail at once"

/** For how long, in minutes. A night where dials fail at once takes seconds of real time. */
const ABSENCES: readonly (readonly [Manner, number])[] = [
  ["nothing answers", 1],
  ["nothing answers", 60],
  ["nothing answers", 600],
  ["dials fail at once", 1],
  ["dials fail at once", 60],
]

/** The network of one host, which can be cut. */
class Cable {
  readonly net: TestNet
  readonly #partition = new Partition()
  readonly #manner: Manner

  constructor(manner: Manner) {
    this.#manner = manner
    this.net = new TestNet({ links: this.#partition.apply(fixedDelay(10)) })
  }

  /** A host that has no network while the cable is out. */
  host(name: string, ip?: string): VirtualHost {
    const host = this.net.host(name, ip)
    const { network } = host
    const connect: Network["connect"] = async (...args) => {
      if (this.#manner === "dials fail at once" && !this.#partition.isHealed) {
        throw new NetworkError("unreachable", "the network is unreachable")
      }
      return network.connect(...args)
    }
    const cut: Network = {
      connect,
      listen: (...args) => network.listen(...args),
      resolve: (...args) => network.resolve(...args),
      upgradeTls: (...args) => network.upgradeTls(...args),
    }
    return { ...host, network: cut }
  }

  out(name: string, others: readonly string[]): void {
    this.#partition.split([name], others)
  }

  in(): void {
    this.#partition.heal()
  }
}

/** Where each host of those that were proven once is, and how many failures are held against it. */
function proven({ p2p }: TestNode): string[] {
  const known = (["gold", "white", "grey"] as const).flatMap((colour) =>
    p2p.hosts.lists.entries(colour).flatMap(({ url }) => p2p.hosts.lists.get(url) ?? []),
  )
  return known
    .filter(({ provenAt }) => provenAt > -Infinity)
    .map(({ url, colour, failures }) => `${url} ${colour} ${failures}`)
    .toSorted()
}

function store({ p2p }: TestNode, colour: "gold" | "white" | "grey", urls: readonly string[]): void {
  p2p.hosts.lists.store(
    colour,
    urls.map((url) => ({ url, lastSeen: 1_735_689_600 })),
  )
}

/** Waits until all slots are full. Returns how long that took, in milliseconds; `Infinity` if it is ten minutes. */
async function untilFull(net: TestNet, node: TestNode, slots = SLOTS): Promise<number> {
  for (let ms = 0; ms < 10 * MINUTE_MS; ms += 1000) {
    if (held(node).length === slots) return ms
    await net.world.advance(1000)
  }
  return Infinity
}

test.each(ABSENCES)("a node without a network, where %s, for %i minutes, blames nobody", async (manner, minutes) => {
  const cable = new Cable(manner)
  await using net = cable.net
  const urls = await listeners(net, OTHERS)
  const settings = { outboundConnections: SLOTS, hostlist: "hosts", greylistRefineryInterval: 15 }
  const alice = await net.node("alice", settings, cable.host("alice"))
  await net.run(alice)
  store(alice, "gold", urls.slice(0, 5))
  store(alice, "white", urls.slice(5))
  expect(await untilFull(net, alice)).toBeLessThanOrEqual(MINUTE_MS)
  await net.world.advance(2 * MINUTE_MS)
  hearOf(alice, ...Array.from({ length: 20 }, (_, i) => `tcp://10.9.9.${i}:9/`))
  const here = held(alice)
  const before = proven(alice)
  cable.out("alice", OTHERS)
  await net.world.advance(minutes * MINUTE_MS)
  // Whoever was in a slot counts as lost, as always, with nothing held against them.
  const isLost = (line: string): boolean => here.some((url) => line.startsWith(url))
  expect(proven(alice)).toEqual(before.map((line) => (isLost(line) ? line.replace("gold", "grey") : line)))
  // One probe may have been in vain before anything could tell.
  expect(alice.p2p.hosts.lists.size("grey")).toBeGreaterThanOrEqual(SLOTS + 19)
  cable.in()
  expect(await untilFull(net, alice)).toBeLessThanOrEqual(MINUTE_MS)
  expect(alice.p2p.hosts.lists.size("gold") + alice.p2p.hosts.lists.size("white")).toBeGreaterThanOrEqual(9)
  // What was sent before the cut arrives, or is reset.
  await net.world.advance(MINUTE_MS)
})

test.each<Manner>(["nothing answers", "dials fail at once"])(
  "a node that starts without a network finds its anchors ten minutes later, where %s",
  async (manner) => {
    const cable = new Cable(manner)
    await using net = cable.net
    const anchors = await listeners(net, ["bob", "carol"])
    const host = cable.host("alice")
    const lies = ["gold", "white", "grey"].flatMap((colour, i) =>
      Array.from({ length: 100 }, (_, k) => `${colour}\ttcp://45.${i}.${k >> 8}.${k & 255}:9/\t1735689600\n`),
    )
    const write = (name: string, text: string): Promise<void> => host.store.write(name, new TextEncoder().encode(text))
    await net.world.runUntil(write("hosts.anchors", anchors.map((url) => `${url}\n`).join("")))
    await net.world.runUntil(write("hosts", lies.join("")))
    cable.out("alice", ["bob", "carol"])
    const alice = await net.node("alice", { localnet: false, outboundConnections: 8, hostlist: "hosts" }, host)
    await net.run(alice)
    await net.world.advance(10 * MINUTE_MS)
    expect(held(alice)).toEqual([])
    cable.in()
    await net.world.advance(MINUTE_MS)
    expect(held(alice)).toEqual(expect.arrayContaining(anchors))
  },
)

test("whoever is on our own local network does not show that we are in the world", async () => {
  await using net = new TestNet()
  const house = net.host("alice", "1.1.0.1")
  const alice = await net.node(
    "alice",
    { localnet: false, outboundConnections: 2, inboundAddrs: [urlOn(house)] },
    house,
  )
  await net.run(alice)
  const neighbour = await net.node("neighbour", { peers: [urlOn(house)] }, net.host("neighbour", "192.168.0.2"))
  await net.run(neighbour)
  store(alice, "white", ["tcp://8.8.8.8:9/", "tcp://9.9.9.9:9/"])
  hearOf(alice, "tcp://7.7.7.7:9/")
  const before = proven(alice)
  await net.world.advance(10 * MINUTE_MS)
  expect(alice.p2p.peers()).toHaveLength(1)
  expect(proven(alice)).toEqual(before)
  expect(alice.p2p.hosts.lists.has("grey", "tcp://7.7.7.7:9/")).toBe(true)
})

test("one peer with little to say is enough to let go of hosts that refuse, and of those that are silent", async () => {
  const partition = new Partition()
  await using net = new TestNet({ links: partition.apply(fixedDelay(10)) })
  const bob = await net.listening("bob")
  const holes = await listeners(net, ["hole 0", "hole 1", "hole 2"])
  const alice = await net.node("alice", { outboundConnections: 4, peers: [bob.url] })
  partition.split(["alice"], ["hole 0", "hole 1", "hole 2"])
  await net.run(alice)
  const refuse = ["tcp://10.9.9.1:9/", "tcp://10.9.9.2:9/"]
  store(alice, "gold", [...holes, ...refuse])
  const hearsay = ["tcp://10.9.9.3:9/", "tcp://10.9.9.4:9/"]
  hearOf(alice, ...hearsay)
  await net.world.advance(5 * MINUTE_MS)
  const { lists } = alice.p2p.hosts
  expect([lists.size("gold"), lists.size("white")]).toEqual([0, 0])
  for (const url of [...holes, ...refuse]) expect(lists.get(url)?.failures).toBeGreaterThan(1)
  for (const url of hearsay) expect(lists.get(url)).toBeUndefined()
  partition.heal()
  await net.world.advance(MINUTE_MS)
})

test("of fifty proven hosts that are gone and one that is there, a node that is alone finds the one in a minute", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { outboundConnections: 8, greylistRefineryInterval: 1e6 })
  store(alice, "gold", [...Array.from({ length: 50 }, (_, i) => `tcp://10.9.9.${i}:9/`), bob.url])
  await net.run(alice)
  await net.world.advance(MINUTE_MS)
  expect(held(alice)).toEqual([bob.url])
  // And lets go of the others once it has.
  await net.world.advance(3 * MINUTE_MS)
  expect(alice.p2p.hosts.lists.entries("gold").map(({ url }) => url)).toEqual([bob.url])
})

test("a node that is alone blames who takes it in and hangs up", async () => {
  await using net = new TestNet()
  const rude = net.host("rude")
  const listener = await rude.network.listen({ kind: "tcp", host: "10.0.0.1", port: 1000 })
  void (async () => {
    for await (const stream of listener) void stream.close()
  })()
  const alice = await net.node("alice", { outboundConnections: 1 })
  store(alice, "white", [urlOn(rude)])
  await net.run(alice)
  await net.world.advance(MINUTE_MS)
  const { colour, failures = 0 } = alice.p2p.hosts.lists.get(urlOn(rude)) ?? {}
  expect(colour).toBe("grey")
  expect(failures).toBeGreaterThan(3)
  await net.world.runUntil(listener.close())
})

test("a node that is alone dials nobody more often than every 15 s or so", async () => {
  await using net = new TestNet()
  const urls = ["tcp://10.9.9.1:9/", "tcp://10.9.9.2:9/"]
  const alice = await net.node("alice", { outboundConnections: 8 })
  store(alice, "white", urls)
  const dials = new Map<string, number>()
  const watching = alice.p2p.dnet.subscribe()
  void (async () => {
    for await (const { event, info } of watching) {
      if (event === "outbound_slot_connecting") dials.set(info.addr, (dials.get(info.addr) ?? 0) + 1)
    }
  })()
  await net.run(alice)
  await net.world.advance(20 * MINUTE_MS)
  for (const url of urls) {
    // Pauses of up to 30 s, 15 on average.
    const count = dials.get(url) ?? 0
    expect(count).toBeGreaterThan(60)
    expect(count).toBeLessThan(110)
  }
  watching.close()
  expect(alice.p2p.hosts.lists.size("white")).toBe(2)
})

test("a node that keeps no slots goes through all hosts that it knows, and blames none while it is alone", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const gone = Array.from({ length: 5 }, (_, i) => `tcp://10.9.9.${i}:9/`)
  const alice = await net.node("alice", { outboundConnections: 0, outboundPeerDiscoveryCooloffTime: 1 })
  store(alice, "gold", gone.slice(0, 3))
  store(alice, "white", gone.slice(3))
  const dialled = new Set<string>()
  const watching = alice.p2p.dnet.subscribe()
  void (async () => {
    for await (const { event, info } of watching) if (event === "direct_connecting") dialled.add(info.connect_addr)
  })()
  await net.run(alice)
  const before = proven(alice)
  alice.p2p.sessions.direct.startPeerDiscovery()
  await net.world.advance(MINUTE_MS)
  expect([...dialled].toSorted()).toEqual(gone)
  expect(proven(alice)).toEqual(before)
  hearOf(alice, bob.url)
  await net.world.advance(MINUTE_MS)
  expect(alice.p2p.hosts.lists.get(bob.url)?.provenAt).toBeGreaterThan(0)
  watching.close()
})
