import type { HostLists, ListsContext } from "@dchat/net"
import { SeededRandom } from "@dchat/runtime/virtual"
import fc from "fast-check"
import { expect } from "vitest"

const COLOURS = ["grey", "white", "gold", "black", "dark"] as const

/** A node whose clock a test sets. */
export interface TestContext extends ListsContext {
  time: number
}

export function testContext(seed = 1): TestContext {
  const context = {
    time: 1_000_000_000,
    groupOf: (url: string): string => /\d+\.\d+/.exec(url)?.[0] ?? url,
    now: (): number => context.time,
    random: new SeededRandom(seed),
  }
  return context
}

/** Some hosts of three netgroups. */
export function someHosts(from: number, count: number, lastSeen: number): { url: string; lastSeen: number }[] {
  return Array.from({ length: count }, (_, i) => ({ url: `tcp://1.${(from + i) % 3}.0.1:${from + i}/`, lastSeen }))
}

/** What a node may do with its lists, again and again. */
const STEP = fc.record({
  what: fc.constantFrom(
    "grey",
    "grey",
    "grey",
    "dark",
    "white",
    "gold",
    "black",
    "remove",
    "fail",
    "lost",
    "gone",
    "key",
  ),
  from: fc.nat(3000),
  count: fc.integer({ min: 1, max: 1500 }),
  source: fc.option(fc.constantFrom("1.1", "2.2", "3.3"), { nil: undefined }),
  lastSeen: fc.integer({ min: 990_000_000, max: 1_100_000_000 }),
})

/** Whatever is done with them: a host is on one list, bounds hold, and draws give whom they may, each once. */
export function expectSound(make: (context: TestContext) => HostLists, bound: number): void {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 10 }), fc.integer(), (steps, seed) => {
      const lists = make(testContext(seed))
      const random = new SeededRandom(seed)
      for (const { what, from, count, source, lastSeen } of steps) {
        const hosts = someHosts(from, count, lastSeen)
        if (what === "key") lists.key = lists.key.map((byte) => byte + 1)
        else if (what === "remove") for (const { url } of hosts) lists.remove("grey", url)
        else if (what === "fail") for (const { url } of hosts) lists.fail(url)
        else if (what === "lost") for (const { url } of hosts) lists.lost(url)
        else if (what === "gone") for (const { url } of hosts) lists.unanswered(url)
        else lists.move(what, hosts, source)
        const urls = COLOURS.map((colour) => lists.entries(colour).map(({ url }) => url))
        for (const [i, colour] of COLOURS.entries()) {
          expect(urls[i]?.length).toBe(lists.size(colour))
          expect(urls[i]?.length).toBeLessThanOrEqual(bound)
          expect(urls[i]?.filter((url) => !lists.has(colour, url) || lists.get(url)?.colour !== colour)).toEqual([])
        }
        expect(new Set(urls.flat()).size).toBe(urls.flat().length)
        const odd = ({ url }: { readonly url: string }): boolean => Number(/:(\d+)\/$/.exec(url)?.[1]) % 2 === 1
        const drawn = lists.spread("grey", 8, odd, random)
        expect(new Set(drawn).size).toBe(drawn.length)
        expect(drawn.every((host) => odd(host) && host.colour === "grey")).toBe(true)
      }
    }),
    { numRuns: 30 },
  )
}
