import { SeededRandom } from "@dchat/runtime/virtual"
import { encode } from "@dchat/wire"
import fc from "fast-check"
import { expect, test } from "vitest"
import { Addr } from "../message/address.ts"
import { schemeOf, selectAddresses } from "./answer.ts"
import { testLists } from "../testing/hosts.test-kit.ts"
import { type HostLists, type HostColour } from "./lists.ts"

function fill(lists: HostLists, colour: HostColour, scheme: string, count: number, host = "host"): void {
  const hosts = Array.from({ length: count }, (_, i) => ({ url: `${scheme}://${host}${i}.${colour}:1/`, lastSeen: i }))
  lists.store(colour, hosts)
}

function answer(lists: HostLists, max: number, transports: string[]): string[] {
  return selectAddresses({ max, transports }, lists, new SeededRandom(1)).map(({ url }) => url)
}

/** How many hosts of each colour and scheme are in an answer. */
function tally(urls: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const url of urls) {
    const [, colour = ""] = /\.(\w+):/.exec(url) ?? []
    const key = `${colour} ${schemeOf(url)}`
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

test("what was asked for comes first: up to max of gold and of white, then others up to twice max", () => {
  const lists = testLists()
  for (const scheme of ["tcp", "tcp+tls"]) {
    fill(lists, "gold", scheme, 3)
    fill(lists, "white", scheme, 10)
  }
  fill(lists, "dark", "tor", 10)
  fill(lists, "grey", "tcp", 10)
  fill(lists, "black", "tcp", 10)
  expect(tally(answer(lists, 5, ["tcp"]))).toEqual({ "gold tcp": 3, "white tcp": 5, "gold tcp+tls": 2 })
  expect(tally(answer(lists, 12, ["tcp"]))).toEqual({
    "gold tcp": 3,
    "white tcp": 10,
    "gold tcp+tls": 3,
    "white tcp+tls": 8,
  })
  expect(tally(answer(lists, 20, ["tcp"]))).toEqual({
    "gold tcp": 3,
    "white tcp": 10,
    "gold tcp+tls": 3,
    "white tcp+tls": 10,
    "dark tor": 10,
  })
})

test("who asks for none gets none, and only shareable schemes are shared", () => {
  const lists = testLists()
  fill(lists, "gold", "tcp", 3)
  fill(lists, "gold", "quic", 3)
  expect(answer(lists, 0, ["tcp"])).toEqual([])
  expect(tally(answer(lists, 10, ["quic", "unix", "tcp"]))).toEqual({ "gold tcp": 3 })
})

test("an answer has at most 510 addresses", () => {
  const lists = testLists()
  fill(lists, "gold", "tcp", 600)
  fill(lists, "white", "tcp", 600)
  expect(answer(lists, 2 ** 32 - 1, ["tcp"])).toHaveLength(510)
})

test("an answer never has more bytes than its message may", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 600 }), (length, max) => {
      const lists = testLists()
      fill(lists, "white", "tcp", 600, "x".repeat(length))
      const hosts = selectAddresses({ max, transports: ["tcp"] }, lists, new SeededRandom(1))
      const payload = encode(Addr.codec, { addrs: hosts.map(({ url, lastSeen }) => [url, BigInt(lastSeen)]) })
      expect(payload.length).toBeLessThanOrEqual(65_281)
      const fit = Math.floor((65_281 - 3) / (length + "tcp://599.white:1/".length + 11))
      expect(hosts.length).toBeGreaterThanOrEqual(Math.min(max, 510, fit))
    }),
    { numRuns: 30 },
  )
})

test("who has filled our lists by numbers does not fill our answers: every netgroup has its turn", () => {
  const lists = testLists()
  const hosts = (count: number, urlOf: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => ({ url: urlOf(i), lastSeen: 9 }))
  lists.store(
    "white",
    hosts(256, (i) => `tcp://1.${i % 16}.0.${i}:1/`),
  )
  lists.store(
    "white",
    hosts(16, (i) => `tcp://2.${i}.0.1:1/`),
  )
  const random = new SeededRandom(1)
  let honest = 0
  for (let round = 0; round < 100; round++) {
    const answered = selectAddresses({ max: 8, transports: ["tcp"] }, lists, random)
    expect(answered).toHaveLength(8)
    honest += answered.filter(({ url }) => url.startsWith("tcp://2.")).length
  }
  // Half of the netgroups, though a seventeenth of the hosts.
  expect(honest / 800).toBeGreaterThan(0.4)
})
