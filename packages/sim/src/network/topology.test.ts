import { SeededRandom } from "@dchat/runtime/virtual"
import fc from "fast-check"
import { expect, test } from "vitest"
import { reachable } from "../judge/stable.ts"
import { AddressSpace } from "./addresses.ts"
import { drawPeers } from "./topology.ts"

test("a drawn network is connected, and nobody dials itself, the same peer twice, who dials it, or who cannot be dialled", () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 2, max: 60 }),
      fc.integer({ min: 1, max: 12 }),
      (seed, count, degree) => {
        const isOpen = (index: number): boolean => index % 3 !== 1
        const peers = drawPeers(count, degree, isOpen, new SeededRandom(seed))
        const neighbours = peers.map((mine, index) => [
          ...mine,
          ...peers.flatMap((p, other) => (p.includes(index) ? other : [])),
        ])
        expect(reachable(neighbours, 0).size).toBe(count)
        for (const [index, mine] of peers.entries()) {
          expect(new Set(mine).size).toBe(mine.length)
          expect(mine.some((peer) => peers[peer]?.includes(index))).toBe(false)
          expect(mine.every((peer) => peer !== index && isOpen(peer))).toBe(true)
        }
      },
    ),
  )
})

test("the mean degree is what was asked for", () => {
  const peers = drawPeers(1000, 8, () => true, new SeededRandom(1))
  const dials = peers.reduce((sum, mine) => sum + mine.length, 0)
  expect(dials / 500).toBeCloseTo(8, 1)
})

test("addresses are spread over so many netgroups, none twice, and too many are an error", () => {
  const space = new AddressSpace("honest", 3)
  const ips = Array.from({ length: 300 }, () => space.next())
  expect(new Set(ips).size).toBe(300)
  expect(new Set(ips.map((ip) => ip.split(".").slice(0, 2).join("."))).size).toBe(3)
  expect(() => new AddressSpace("honest", 0)).toThrow("there must be 1 to")
})
