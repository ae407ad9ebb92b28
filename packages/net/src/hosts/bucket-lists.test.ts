import { SeededRandom } from "@dchat/runtime/virtual"
import fc from "fast-check"
import { expect, test } from "vitest"
import { testLists } from "../testing/hosts.test-kit.ts"
import { SHAPES } from "./bucket-lists.ts"
import { HOST_COLOURS, LIST_CAPS, type HostColour, type HostLists } from "./lists.ts"

const BUCKETED = ["grey", "white", "gold", "dark"] as const

const urlIn = ({ url }: { readonly url: string }): string => url

/** Hosts of three netgroups. */
function urlOf(i: number): string {
  return `tcp://1.${i % 3}.0.1:${i}/`
}

function where(lists: HostLists, url: string): HostColour[] {
  return HOST_COLOURS.filter((colour) => lists.has(colour, url))
}

test("a host is on one list at a time, whatever the moves, and never leaves the black one by a move", () => {
  const step = fc.tuple(fc.constantFrom("a", "b"), fc.constantFrom(...HOST_COLOURS), fc.nat(100))
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const lists = testLists()
      for (const [url, colour, lastSeen] of steps) {
        const wasBanned = lists.has("black", url)
        lists.move(colour, [{ url, lastSeen }])
        expect(where(lists, url)).toEqual([wasBanned ? "black" : colour])
      }
    }),
  )
})

test("a full black list lets go whom it has held for the longest", () => {
  const lists = testLists()
  const hosts = Array.from({ length: LIST_CAPS.black + 10 }, (_, i) => ({ url: urlOf(i), lastSeen: i + 1 }))
  lists.store("black", hosts)
  expect(lists.size("black")).toBe(LIST_CAPS.black)
  expect([lists.has("black", urlOf(9)), lists.has("black", urlOf(10))]).toEqual([false, true])
})

test("the places of a list are no more than the list may hold", () => {
  for (const colour of BUCKETED) {
    const { buckets, places } = SHAPES[colour]
    expect(buckets * places).toBeLessThanOrEqual(LIST_CAPS[colour])
    expect(buckets * places).toBeGreaterThan(LIST_CAPS[colour] * 0.85)
  }
})

/** What a node may do with its lists. */
const step = fc.record({
  what: fc.constantFrom("grey", "grey", "grey", "dark", "white", "white", "gold", "black", "remove", "fail", "key"),
  // Few groups, so that buckets are full soon.
  from: fc.nat(400),
  count: fc.integer({ min: 1, max: 400 }),
  source: fc.option(fc.constantFrom("1.1", "2.2", "3.3"), { nil: undefined }),
  lastSeen: fc.nat(100),
})

test("whatever is done: one list for each host, no bucket over its places, and nobody proven leaves untested", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const lists = testLists({
        terrible:
          () =>
          ({ failures, lastSeen }) =>
            failures > 0 || lastSeen === 0,
      })
      for (const { what, from, count, source, lastSeen } of steps) {
        const urls = Array.from({ length: count }, (_, i) => urlOf(from + i))
        const proven = new Set((["white", "gold"] as const).flatMap((colour) => lists.entries(colour)).map(urlIn))
        if (what === "key") lists.key = lists.key.map((byte) => byte + 1)
        else if (what === "remove") for (const url of urls) lists.remove("grey", url)
        else if (what === "fail") for (const url of urls) lists.fail(url)
        else {
          const hosts = urls.map((url) => ({ url, lastSeen }))
          const left = new Set(lists.move(what, hosts, source).map(urlIn))
          for (const url of urls) if (!left.has(url)) proven.delete(url)
        }
        // The key is set when a node starts, with the lists as they were when it stopped.
        if (what !== "key")
          for (const url of proven) expect(["white", "gold", "black"]).toContain(lists.get(url)?.colour)
        check(lists)
      }
    }),
  )
})

function check(lists: HostLists): void {
  const seen = new Set<string>()
  for (const colour of HOST_COLOURS) {
    expect(lists.size(colour)).toBeLessThanOrEqual(LIST_CAPS[colour])
    const sizes = new Map<number, number>()
    for (const { url } of lists.entries(colour)) {
      expect(seen.has(url)).toBe(false)
      seen.add(url)
      const bucket = lists.get(url)?.bucket ?? -1
      sizes.set(bucket, (sizes.get(bucket) ?? 0) + 1)
    }
    if (colour === "black") continue
    for (const size of sizes.values()) expect(size).toBeLessThanOrEqual(SHAPES[colour].places)
  }
}

test("one source gets into eight buckets of hearsay, whatever it says; one netgroup into four of the proven", () => {
  const lists = testLists()
  const hosts = Array.from({ length: 20_000 }, (_, i) => ({
    url: `tcp://${i % 200}.${i % 250}.0.1:${i}/`,
    lastSeen: i,
  }))
  lists.move("grey", hosts, "9.9")
  const { places } = SHAPES.grey
  expect(new Set(lists.entries("grey").map(({ url }) => lists.get(url)?.bucket)).size).toBeLessThanOrEqual(8)
  expect(lists.size("grey")).toBeLessThanOrEqual(8 * places)
  expect(lists.size("grey")).toBeGreaterThan(5 * places)

  const neighbours = Array.from({ length: 20_000 }, (_, i) => ({ url: `tcp://1.2.3.4:${i}/`, lastSeen: i }))
  expect(lists.move("white", neighbours).length).toBeGreaterThanOrEqual(20_000 - 4 * SHAPES.white.places)
})

test("neighbours that advertise themselves to a seed share the eight buckets of their netgroup, not one", () => {
  const lists = testLists()
  const neighbours = Array.from({ length: 60 }, (_, i) => ({ url: `tcp://1.2.0.${i}:1/`, lastSeen: i }))
  expect(lists.move("grey", neighbours, "1.2")).toEqual([])
  const many = Array.from({ length: 2000 }, (_, i) => ({ url: `tcp://1.2.3.4:${i}/`, lastSeen: i }))
  lists.move("grey", many, "1.2")
  expect(lists.size("grey")).toBeLessThanOrEqual(8 * SHAPES.grey.places)
})

/** Names that cost nothing: each is of another domain. */
function freeNames(count: number): { url: string; lastSeen: number }[] {
  return Array.from({ length: count }, (_, i) => ({ url: `tcp://node.free${i}.example:1/`, lastSeen: 9 }))
}

const keys = fc.uint8Array({ minLength: 16, maxLength: 16 })

test("whoever makes names up leaves room for others, even in his own buckets, and for honest names", () => {
  fc.assert(
    fc.property(keys, (key) => {
      const lists = testLists({}, key)
      lists.move("grey", freeNames(2000), "9.9")
      expect(lists.size("grey")).toBeGreaterThan(SHAPES.grey.places)
      const others = Array.from({ length: 20 }, (_, i) => ({ url: `tcp://${i + 10}.1.1.1:1/`, lastSeen: 1 }))
      // With one key in 250 some of a source's eight buckets are one and the same, and a few find no room.
      expect(lists.move("grey", others, "9.9").length).toBeLessThan(others.length / 2)
      const named = Array.from({ length: 20 }, (_, i) => ({ url: `tcp://node.town${i}.example:1/`, lastSeen: 1 }))
      for (const peer of ["1.1", "2.2", "3.3", "4.4", "5.5", "6.6", "7.7", "8.8"]) lists.move("grey", named, peer)
      expect(named.filter(({ url }) => !lists.has("grey", url)).length).toBeLessThan(named.length / 2)
    }),
  )
})

test("names that all answer, as those of one machine can, take up no more than half of the proven", () => {
  const lists = testLists()
  const { buckets, places } = SHAPES.white
  lists.move("white", freeNames(10_000))
  expect(lists.size("white")).toBeLessThanOrEqual((buckets * places) / 2)
})

test("in a full bucket of hearsay the terrible go first, then the surplus of the greatest netgroup, then nobody", () => {
  const lists = testLists({
    terrible:
      () =>
      ({ lastSeen }) =>
        lastSeen === 0,
  })
  const bucketOf = (url: string) => lists.get(url)?.bucket
  const fill = (url: string, lastSeen: number): boolean => lists.store("grey", [{ url, lastSeen }], "9.9").length === 0
  expect(fill("tcp://1.1.0.0:1/", 9)).toBe(true)
  const bucket = bucketOf("tcp://1.1.0.0:1/")
  for (let i = 1; i < SHAPES.grey.places; i++) expect(fill(`tcp://1.1.0.${i}:1/`, 9 - (i === 7 ? 3 : 0))).toBe(true)
  expect(fill("tcp://1.1.0.99:1/", 99)).toBe(false)
  // Netgroups of the same bucket.
  const others = Array.from({ length: 250 }, (_, i) => `tcp://2.${i}.0.1:1/`).filter((url) => {
    const probe = testLists()
    probe.store("grey", [{ url, lastSeen: 1 }], "9.9")
    return probe.get(url)?.bucket === bucket
  })
  expect(others.length).toBeGreaterThan(SHAPES.grey.places)
  const taken = others.filter((url) => fill(url, 5))
  expect(lists.has("grey", "tcp://1.1.0.7:1/")).toBe(false)
  expect(taken).toHaveLength(SHAPES.grey.places - 1)
  const [refused = ""] = others.filter((url) => !taken.includes(url))
  lists.store("grey", [{ url: taken[3] ?? "", lastSeen: 0 }])
  expect(fill(refused, 5)).toBe(true)
  expect(lists.has("grey", taken[3] ?? "")).toBe(false)
})

test("who was proven once finds room among hearsay", () => {
  const lists = testLists()
  const proven = "tcp://5.5.5.5:5/"
  lists.store("gold", [{ url: proven, lastSeen: 1 }], "9.9")
  const made = Array.from({ length: 9000 }, (_, i) => ({ url: `tcp://${i % 200}.7.0.1:${i}/`, lastSeen: 9 }))
  lists.move("grey", made, "9.9")
  expect(lists.move("grey", [{ url: proven, lastSeen: 1 }])).toEqual([])
  expect(lists.has("grey", proven)).toBe(true)
})

test("with the same key and sources the buckets are the same, with another key others", () => {
  const hosts = Array.from({ length: 50 }, (_, i) => ({ url: `tcp://1.${i}.0.1:1/`, lastSeen: 1 }))
  const bucketsOf = (lists: HostLists) => hosts.map(({ url }) => lists.get(url)?.bucket)
  const [lists, same, other] = [testLists(), testLists(), testLists({}, new Uint8Array(16).fill(1))]
  for (const each of [lists, same, other]) each.store("grey", hosts, "9.9")
  expect(bucketsOf(same)).toEqual(bucketsOf(lists))
  expect(bucketsOf(other)).not.toEqual(bucketsOf(lists))
  other.key = lists.key
  expect(bucketsOf(other)).toEqual(bucketsOf(lists))
})

test("storing a host again updates when it was seen; on another list it leaves the first", () => {
  const lists = testLists()
  lists.store("grey", [{ url: "a", lastSeen: 1 }])
  lists.store("grey", [{ url: "a", lastSeen: 5 }])
  expect([lists.size("grey"), lists.lastSeen("a")]).toEqual([1, 5])
  lists.store("gold", [{ url: "a", lastSeen: 3 }])
  expect([lists.size("grey"), lists.size("gold"), lists.lastSeen("a")]).toEqual([0, 1, 3])
  lists.store("dark", [{ url: "a", lastSeen: 3 }])
  expect(lists.lastSeen("a")).toBeUndefined()
  expect(lists.lastSeen("b")).toBeUndefined()
})

test("hosts leave a list by name or by age", () => {
  const lists = testLists()
  lists.store(
    "dark",
    [1, 2, 3].map((lastSeen) => ({ url: `${lastSeen}`, lastSeen })),
  )
  lists.removeOlder("dark", 2)
  lists.remove("dark", "3")
  expect(lists.entries("dark")).toEqual([{ url: "2", lastSeen: 2 }])
})

test("a sample has no host twice, none that is not accepted, and every netgroup has the same chance", () => {
  const lists = testLists()
  lists.store(
    "white",
    Array.from({ length: 10 }, (_, i) => ({ url: `${i}`, lastSeen: i })),
  )
  const random = new SeededRandom(1)
  const counts = new Map<string, number>()
  for (let round = 0; round < 3000; round++) {
    const sample = lists.sample("white", 3, (url) => url !== "0", random).map(({ url }) => url)
    expect(new Set(sample).size).toBe(3)
    for (const url of sample) counts.set(url, (counts.get(url) ?? 0) + 1)
  }
  expect(counts.get("0")).toBeUndefined()
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120)
  expect(lists.sample("white", 100, () => true, random)).toHaveLength(10)
  expect(lists.sample("white", 0, () => true, random)).toEqual([])
})
