import fc from "fast-check"
import { expect, test } from "vitest"
import recording from "../fixtures/tcp-network.json" with { type: "json" }
import { TestNet, urlOn } from "../testing/test-net.test-kit.ts"
import { formatHostList, parseHostList } from "./file.ts"
import { testLists } from "../testing/hosts.test-kit.ts"
import { type HostLists, type HostColour } from "./lists.ts"

function listsOf(hosts: readonly { colour: HostColour; url: string; lastSeen: number }[]): HostLists {
  const lists = testLists()
  for (const { colour, ...host } of hosts) lists.store(colour, [host])
  return lists
}

test.each(Object.entries(recording.hostsFilesAfterStop))(
  "the file of the reference's node %s reads and writes",
  (_, text) => {
    const hosts = parseHostList(text)
    expect(hosts).toHaveLength(text.split("\n").length - 1)
    expect(formatHostList(listsOf(hosts)).split("\n").toSorted()).toEqual(text.split("\n").toSorted())
  },
)

test("what is not as it should be is skipped, further columns are ignored", () => {
  const text = [
    "white\ttcp://1.2.3.4:5\t7\tand more",
    "purple\ttcp://1.2.3.4:6/\t7",
    "grey\tnowhere\t7",
    "grey\ttcp://1.2.3.4:7/",
    "grey\ttcp://1.2.3.4:7/\tyesterday",
    "grey\ttcp://1.2.3.4:7/\t-1",
    "grey\ttcp://1.2.3.4:7/\t99999999999999999999",
    "",
    "black\ttcp://6.6.6.6/\t0\r",
  ].join("\n")
  expect(parseHostList(text)).toEqual([{ colour: "white", url: "tcp://1.2.3.4:5/", lastSeen: 7 }])
  expect(parseHostList("black\ttcp://6.6.6.6/\t0\r\n")).toEqual([
    { colour: "black", url: "tcp://6.6.6.6/", lastSeen: 0 },
  ])
})

test("a host that stands there twice is taken where it was seen last", () => {
  const text = "grey\ttcp://1.2.3.4:5/\t9\nwhite\ttcp://1.2.3.4:5\t8\n"
  expect(parseHostList(text)).toEqual([{ colour: "grey", url: "tcp://1.2.3.4:5/", lastSeen: 9 }])
})

test("whatever bytes a file holds, it reads as hosts or as nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      for (const { url } of parseHostList(`gold\t${text}\t1`)) expect(url).toMatch(/^[a-z]/)
    }),
  )
})

test("what is written is read, bans excepted", () => {
  const host = fc.record({
    colour: fc.constantFrom("dark", "grey", "white", "gold", "black"),
    url: fc.integer({ min: 1, max: 65_535 }).map((port) => `tcp://1.2.3.4:${port}/`),
    lastSeen: fc.nat(),
  })
  fc.assert(
    fc.property(fc.uniqueArray(host, { selector: ({ url }) => url }), (hosts) => {
      const read = parseHostList(formatHostList(listsOf(hosts)))
      const kept = hosts.filter(({ colour }) => colour !== "black")
      const byUrl = (list: readonly { url: string }[]) => list.toSorted((a, b) => (a.url < b.url ? -1 : 1))
      expect(byUrl(read)).toEqual(byUrl(kept))
    }),
  )
})

test("a node that comes back knows whom it knew, and whom it was connected to", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const host = net.host("alice")
  const settings = { hostlist: "hosts.tsv", inboundAddrs: [urlOn(host)], outboundConnections: 1 }
  const alice = await net.node("alice", settings, host)
  alice.p2p.hosts.lists.store("white", [{ url: bob.url, lastSeen: 5 }])
  await net.run(alice)
  await net.world.advance(10)
  alice.p2p.hosts.lists.store("grey", [{ url: "tcp://10.7.7.7:7/", lastSeen: 2 ** 40 }])
  await net.world.runUntil(alice.p2p.stop())

  const text = new TextDecoder().decode(await net.world.runUntil(host.store.read("hosts.tsv")))
  expect(text).toMatch(/^grey\ttcp:\/\/10\.7\.7\.7:7\/\t\d+\ngold\ttcp:\/\/10\.0\.0\.1:1000\/\t\d+\n$/)

  const again = await net.node("alice", settings, host)
  await net.world.runUntil(again.p2p.start())
  expect(again.p2p.hosts.lists.entries("gold").map(({ url }) => url)).toEqual([bob.url])
  expect(again.p2p.hosts.lists.entries("grey")).toMatchObject([{ url: "tcp://10.7.7.7:7/" }])
  expect(again.p2p.hosts.lists.entries("grey")[0]?.lastSeen).toBeLessThanOrEqual(Math.floor(host.clock.now() / 1000))
  void again.p2p.run()
  await net.world.advance(10)
  expect(again.p2p.channels().map(({ address }) => address)).toEqual([bob.url])
})

test("the file is written every minute, so that a node that is killed knows others too", async () => {
  await using net = new TestNet()
  const host = net.host("alice")
  const alice = await net.node("alice", { hostlist: "net/hosts.tsv" }, host)
  await net.run(alice)
  alice.p2p.hosts.lists.store("white", [{ url: "tcp://10.7.7.7:7/", lastSeen: 5 }])
  await net.world.advance(61_000)
  const text = new TextDecoder().decode(await net.world.runUntil(host.store.read("net/hosts.tsv")))
  expect(text).toBe("white\ttcp://10.7.7.7:7/\t5\n")
})

test("a file that cannot be read or written is said, and the node goes on", async () => {
  await using net = new TestNet()
  const alice = await net.node("alice", { hostlist: "../hosts.tsv" })
  alice.p2p.hosts.lists.store("white", [{ url: "tcp://10.7.7.7:7/", lastSeen: 5 }])
  await net.run(alice)
  await net.world.runUntil(alice.p2p.stop())
  expect(net.said("alice")).toContain("The hosts in ../hosts.tsv cannot be read")
  expect(net.said("alice")).toContain("The hosts cannot be written to ../hosts.tsv")
})
