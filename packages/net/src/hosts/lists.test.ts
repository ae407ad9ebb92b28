import { SeededRandom } from "@dchat/runtime/virtual"
import fc from "fast-check"
import { expect, test } from "vitest"
import { HOST_COLOURS, HostLists, LIST_CAPS, type HostColour } from "./lists.ts"

function where(lists: HostLists, url: string): HostColour[] {
  return HOST_COLOURS.filter((colour) => lists.has(colour, url))
}

test("a host is on one list at a time, whatever the moves, and never leaves the black one by a move", () => {
  const step = fc.tuple(fc.constantFrom("a", "b"), fc.constantFrom(...HOST_COLOURS), fc.nat(100))
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const lists = new HostLists()
      for (const [url, colour, lastSeen] of steps) {
        const wasBanned = lists.has("black", url)
        lists.move(colour, [{ url, lastSeen }])
        expect(where(lists, url)).toEqual([wasBanned ? "black" : colour])
      }
    }),
  )
})

test("a full list drops those that were not seen for the longest", () => {
  const lists = new HostLists()
  for (const colour of HOST_COLOURS) {
    const hosts = Array.from({ length: LIST_CAPS[colour] + 10 }, (_, i) => ({ url: `${i}`, lastSeen: i }))
    lists.store(colour, hosts)
    expect(lists.size(colour)).toBe(LIST_CAPS[colour])
    expect([lists.has(colour, "9"), lists.has(colour, "10")]).toEqual([false, true])
  }
})

test("storing a host again updates when it was seen; gold counts before white and grey", () => {
  const lists = new HostLists()
  lists.store("grey", [{ url: "a", lastSeen: 1 }])
  lists.store("grey", [{ url: "a", lastSeen: 5 }])
  expect([lists.size("grey"), lists.lastSeen("a")]).toEqual([1, 5])
  lists.store("gold", [{ url: "a", lastSeen: 3 }])
  expect(lists.lastSeen("a")).toBe(3)
  expect(lists.lastSeen("b")).toBeUndefined()
})

test("hosts leave a list by name or by age", () => {
  const lists = new HostLists()
  lists.store(
    "dark",
    [1, 2, 3].map((lastSeen) => ({ url: `${lastSeen}`, lastSeen })),
  )
  lists.removeOlder("dark", 2)
  lists.remove("dark", "3")
  expect(lists.entries("dark")).toEqual([{ url: "2", lastSeen: 2 }])
})

test("a sample has no host twice, none that is not accepted, and every host has the same chance", () => {
  const lists = new HostLists()
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
