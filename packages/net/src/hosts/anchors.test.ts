import { silentLog } from "@dchat/runtime"
import { MemoryStore } from "@dchat/runtime/virtual"
import fc from "fast-check"
import { expect, test } from "vitest"
import type { Settings } from "../index.ts"
import { TestNet, urlOn, type TestNode } from "../testing/test-net.test-kit.ts"
import { Anchors, MOST_ANCHORS, formatAnchors, parseAnchors } from "./anchors.ts"

const [A, B, C, D, E] = ["a", "b", "c", "d", "e"].map((name) => `tcp://${name}:1/`) as [
  string,
  string,
  string,
  string,
  string,
]

async function saved(store: MemoryStore): Promise<string[]> {
  return parseAnchors(new TextDecoder().decode(await store.read("anchors")))
}

test("a file of anchors has a URL on each line, at most four, no doubles; what is no URL is skipped", () => {
  expect(formatAnchors([A, B])).toBe("tcp://a:1/\ntcp://b:1/\n")
  expect(parseAnchors(`nowhere\n${A}\r\n\n${A}\ntcp://b:1\n${C}\n${D}\n${E}\n`)).toEqual([A, B, C, D])
})

test("whatever bytes a file holds, it reads as a few anchors", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const urls = parseAnchors(text)
      expect(urls.length).toBeLessThanOrEqual(MOST_ANCHORS)
      expect(parseAnchors(formatAnchors(urls))).toEqual(urls)
    }),
  )
})

test("those of the last time stay behind those who are connected, so that an early stop forgets nobody", async () => {
  const runtime = { log: silentLog, store: new MemoryStore() }
  const first = new Anchors("anchors", runtime)
  await first.load()
  await first.save([A, B])
  const second = new Anchors("anchors", runtime)
  await second.load()
  await second.save([])
  expect(await saved(runtime.store)).toEqual([A, B])
  await second.save([C, B])
  expect(await saved(runtime.store)).toEqual([C, B, A])
  await second.save([C, D, E])
  expect(await saved(runtime.store)).toEqual([C, D, E, B])
})

test("an anchor is due until it was connected to, or did not answer eight times", async () => {
  const runtime = { log: silentLog, store: new MemoryStore() }
  await runtime.store.write("anchors", new TextEncoder().encode(formatAnchors([A, B])))
  const anchors = new Anchors("anchors", runtime)
  await anchors.load()
  const anybody = (): boolean => true
  expect(anchors.next(anybody)).toBe(A)
  expect(anchors.next((url) => url !== A)).toBe(B)
  anchors.connected(A)
  anchors.failed(C)
  for (let i = 0; i < 8; i++) {
    expect(anchors.next(anybody)).toBe(B)
    anchors.failed(B)
  }
  expect(anchors.next(anybody)).toBeUndefined()
})

/** A node of the open network, with a host list. */
const WORLD: Partial<Settings> = { localnet: false, hostlist: "hosts.tsv", outboundConnections: 8 }

/** Addresses of nobody, in sixteen netgroups, that answer as late as they can. */
const MADE_UP = Array.from({ length: 1900 }, (_, i) => `tcp://45.${i % 16}.${i >> 8}.${i & 255}:9/`)

async function listening(net: TestNet, name: string, ip: string): Promise<string> {
  const host = net.host(name, ip)
  const url = urlOn(host)
  await net.run(await net.node(name, { localnet: false, inboundAddrs: [url], externalAddrs: [url] }, host))
  return url
}

function outbound({ p2p }: TestNode): string[] {
  return p2p
    .peers()
    .filter(({ session }) => session === "outbound")
    .map(({ address }) => address)
}

test.each(["stopped", "killed"])(
  "a node that is %s, and finds its lists full of lies, is back in ten minutes",
  async (how) => {
    await using net = new TestNet()
    const honest = [await listening(net, "bob", "1.1.0.1"), await listening(net, "carol", "2.2.0.1")]
    const host = net.host("alice", "3.3.0.1")
    const alice = await net.node("alice", WORLD, host)
    alice.p2p.hosts.lists.store(
      "white",
      honest.map((url) => ({ url, lastSeen: 1_735_689_600 })),
    )
    await net.run(alice)
    await net.world.advance(90_000)
    expect(outbound(alice).toSorted()).toEqual(honest)
    // What a kill leaves behind is what was written by then.
    const anchors = await net.world.runUntil(host.store.read("hosts.tsv.anchors"))
    await net.world.runUntil(alice.p2p.stop())
    if (how === "killed") await net.world.runUntil(host.store.write("hosts.tsv.anchors", anchors ?? new Uint8Array()))
    const lies = ["gold", "white", "grey"].flatMap((colour, i) =>
      MADE_UP.slice(600 * i, 600 * (i + 1)).map((url) => `${colour}\t${url}\t1735689600\n`),
    )
    await net.world.runUntil(host.store.write("hosts.tsv", new TextEncoder().encode(lies.join(""))))

    const again = await net.node("alice", WORLD, host)
    await net.run(again)
    const start = net.world.now
    await net.world.runUntil(() => outbound(again).length === 2)
    expect(outbound(again).toSorted()).toEqual(honest)
    expect(net.world.now - start).toBeLessThan(600_000)
  },
)

test("anchors that cannot be read or written are said, and the node goes on", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const alice = await net.node("alice", { hostlist: "../hosts.tsv", outboundConnections: 1 })
  alice.p2p.hosts.lists.store("white", [{ url: bob.url, lastSeen: 5 }])
  await net.run(alice)
  await net.world.advance(20_000)
  await net.world.runUntil(alice.p2p.stop())
  expect(net.said("alice")).toContain("The anchors in ../hosts.tsv.anchors cannot be read")
  expect(net.said("alice")).toContain("The anchors cannot be written to ../hosts.tsv.anchors")
})
