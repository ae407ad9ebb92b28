import { SeededRandom } from "@dchat/runtime/virtual"
import fc from "fast-check"
import { expect, test } from "vitest"
import { cellsOf, drawSpread, type Spread } from "./spread.ts"

interface Drawn extends Spread {
  readonly id: number
}

/** The chance of each netgroup. */
function chances(hosts: readonly Spread[]): Map<string, number> {
  const cells = cellsOf(hosts)
  const total = cells.reduce((sum, { weight }) => sum + weight, 0)
  const found = new Map<string, number>()
  for (const { group, weight } of cells) found.set(group, (found.get(group) ?? 0) + weight / total)
  return found
}

test("a netgroup with a thousand addresses in many buckets has no greater chance than one with a single address", () => {
  const alone = Array.from({ length: 50 }, (_, i) => ({ group: `alone ${i}`, bucket: i }))
  const many = Array.from({ length: 1000 }, (_, i) => ({ group: "many", bucket: i % 50 }))
  const found = chances([...alone, ...many])
  expect(found.get("many")).toBeLessThanOrEqual(found.get("alone 7") ?? 0)
})

test("who fills one bucket with as many netgroups as it holds has the chance of one bucket", () => {
  const honest = Array.from({ length: 30 }, (_, i) => ({ group: `honest ${i}`, bucket: 1 + (i % 9) }))
  const made = Array.from({ length: 15 }, (_, i) => ({ group: `made ${i}`, bucket: 0 }))
  const found = chances([...honest, ...made])
  const share = [...found].reduce((sum, [group, chance]) => (group.startsWith("made") ? sum + chance : sum), 0)
  expect(share).toBeCloseTo(0.1, 6)
})

test("draws follow the chances", () => {
  const hosts = [
    { group: "a", bucket: 1 },
    { group: "a", bucket: 1 },
    { group: "b", bucket: 1 },
    { group: "c", bucket: 2 },
  ]
  const random = new SeededRandom(1)
  const counts: Record<string, number> = { a: 0, b: 0, c: 0 }
  for (let round = 0; round < 8000; round++) {
    const [drawn] = drawSpread(hosts, 1, random)
    if (drawn !== undefined) counts[drawn.group] = (counts[drawn.group] ?? 0) + 1
  }
  for (const [group, expected] of Object.entries({ a: 2000, b: 2000, c: 4000 })) {
    expect(Math.abs((counts[group] ?? 0) - expected)).toBeLessThan(200)
  }
})

test("nobody is drawn twice, and a netgroup comes again only after all others", () => {
  const host = fc.record({ group: fc.constantFrom("a", "b", "c", "d"), bucket: fc.nat(3) })
  fc.assert(
    fc.property(fc.array(host), fc.nat(12), fc.integer(), (some, count, seed) => {
      const hosts: Drawn[] = some.map((each, id) => ({ ...each, id }))
      const drawn = drawSpread(hosts, count, new SeededRandom(seed))
      expect(drawn).toHaveLength(Math.min(count, hosts.length))
      expect(new Set(drawn).size).toBe(drawn.length)
      const groups = new Set(hosts.map(({ group }) => group)).size
      const first = drawn.slice(0, groups).map(({ group }) => group)
      expect(new Set(first).size).toBe(first.length)
    }),
  )
})

test("the second draw follows the chances of those that are left, without the first one's netgroup", () => {
  const hosts = [
    { group: "a", bucket: 1 },
    { group: "b", bucket: 1 },
    { group: "c", bucket: 2 },
    { group: "d", bucket: 3 },
    { group: "d", bucket: 3 },
  ]
  const random = new SeededRandom(2)
  const counts: Record<string, number> = { b: 0, c: 0, d: 0 }
  let rounds = 0
  while (rounds < 6000) {
    const [first, second] = drawSpread(hosts, 2, random)
    if (first?.group !== "a" || second === undefined) continue
    rounds++
    counts[second.group] = (counts[second.group] ?? 0) + 1
  }
  // Of weights 1/2, 1 and 1: b shared its bucket with a, and still does in the chances of this round.
  for (const [group, expected] of Object.entries({ b: 1200, c: 2400, d: 2400 })) {
    expect(Math.abs((counts[group] ?? 0) - expected)).toBeLessThan(200)
  }
})
