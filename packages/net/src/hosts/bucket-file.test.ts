import fc from "fast-check"
import { expect, test } from "vitest"
import { TestNet } from "../testing/test-net.test-kit.ts"
import { testLists } from "../testing/hosts.test-kit.ts"
import { formatBuckets, parseBuckets } from "./bucket-file.ts"

test("the key, and the sources of hosts that were only heard of, are written and read", () => {
  const lists = testLists(
    {},
    Uint8Array.from({ length: 16 }, (_, i) => i),
  )
  lists.store("grey", [{ url: "tcp://1.2.3.4:5/", lastSeen: 1 }], "seed 9.9")
  lists.store("dark", [{ url: "tor://x.onion:5/", lastSeen: 1 }], "8.8")
  lists.store("white", [{ url: "tcp://4.3.2.1:5/", lastSeen: 1 }], "7.7")
  const text = formatBuckets(lists)
  expect(text).toBe("key\t000102030405060708090a0b0c0d0e0f\ntor://x.onion:5/\t8.8\ntcp://1.2.3.4:5/\tseed 9.9\n")
  const { key, sources } = parseBuckets(text)
  expect(key).toEqual(lists.key)
  expect([...sources]).toEqual([
    ["tor://x.onion:5/", "8.8"],
    ["tcp://1.2.3.4:5/", "seed 9.9"],
  ])
})

test("whatever bytes a file holds, it reads as a key of 16 bytes or none", () => {
  expect(parseBuckets("key\t00\nkey\nx\ttcp://a:1/\n").key).toBeUndefined()
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(parseBuckets(`key\t${text}`).key?.length ?? 16).toBe(16)
    }),
  )
})

test("after a restart an attacker's addresses fill his old buckets, not new ones", async () => {
  await using net = new TestNet()
  const host = net.host("alice")
  const settings = { localnet: false, hostlist: "hosts.tsv" }
  const source = { group: "45.0", isOwn: () => false }
  const flood = (from: number) =>
    Array.from(
      { length: 2000 },
      (_, i) => [`tcp://45.${i % 16}.${i >> 8}.${i & 255}:${from}/`, 1_735_689_600n] as const,
    )
  const sizes: number[] = []
  for (let start = 1; start <= 4; start++) {
    const alice = await net.node("alice", settings, host)
    await net.run(alice)
    alice.p2p.hosts.insert(flood(start), source)
    sizes.push(alice.p2p.hosts.lists.size("grey"))
    await net.world.runUntil(alice.p2p.stop())
  }
  expect(sizes[0]).toBeGreaterThan(60)
  expect(new Set(sizes).size).toBe(1)
})

test("a host list without that file, such as the reference's, is divided anew", async () => {
  await using net = new TestNet()
  const host = net.host("alice")
  const lines = Array.from({ length: 200 }, (_, i) => `grey\ttcp://${1 + (i % 100)}.${i}.0.1:1/\t1735689600\n`)
  await net.world.runUntil(host.store.write("hosts.tsv", new TextEncoder().encode(lines.join(""))))
  const alice = await net.node("alice", { localnet: false, hostlist: "hosts.tsv" }, host)
  await net.run(alice)
  expect(alice.p2p.hosts.lists.size("grey")).toBe(200)
})
