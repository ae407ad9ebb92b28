import { defaultSettings, type AddressPolicy, type Teller } from "@dchat/net"
import { SeededRandom } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { addrmanPolicy } from "./addrman.ts"
import { expectSound, someHosts, testContext } from "./lists.test-kit.ts"

const { lists: make, allowance, answer, choose, seen } = addrmanPolicy as AddressPolicy
const NOW = 1_000_000_000
const DAY = 86_400

/** Hosts of many netgroups. */
function manyHosts(count: number, first = 1): { url: string; lastSeen: number }[] {
  return Array.from({ length: count }, (_, i) => ({ url: `tcp://${first}.${i % 250}.1.1:${i}/`, lastSeen: NOW }))
}

test("whatever is done with addrman's tables, they are sound", () => {
  expectSound((context) => make(context), 65_536)
})

test("one source fills no more than its 64 buckets of the new, with one netgroup no more than one", () => {
  const lists = make(testContext())
  const left = lists.move("grey", manyHosts(20_000), "9.9")
  expect(lists.size("grey")).toBeLessThanOrEqual(64 * 64)
  expect(lists.size("grey")).toBeGreaterThan(32 * 64)
  expect(left.length).toBe(20_000 - lists.size("grey"))
  const others = make(testContext())
  others.move("grey", someHosts(0, 3000, NOW), "9.9")
  expect(others.size("grey")).toBeLessThanOrEqual(3 * 64)
})

test("a new one takes a place from who is terrible only, a tried one from nobody until that fails its test", () => {
  const context = testContext()
  const lists = make(context)
  lists.move("grey", someHosts(0, 3000, NOW), "9.9")
  const kept = lists.size("grey")
  expect(lists.move("grey", someHosts(3000, 3000, NOW), "9.9").length).toBeGreaterThan(2900)
  context.time += 31 * DAY
  expect(lists.move("grey", someHosts(6000, 3000, context.time), "9.9").length).toBeLessThan(2900)
  expect(lists.size("grey")).toBeLessThanOrEqual(kept + 192)

  const tried = make(testContext())
  const left = tried.move("white", someHosts(0, 3000, NOW))
  expect(left.length).toBeGreaterThan(1000)
  const incumbent = tried.incumbent("white", left[0]?.url ?? "")
  expect(tried.get(incumbent ?? "")?.colour).toBe("white")
  tried.move("grey", [{ url: incumbent ?? "", lastSeen: NOW }])
  expect(tried.move("white", left.slice(0, 1))).toEqual([])
})

test("a lost connection changes nothing; who does not answer stays, and is drawn less and less", () => {
  const lists = make(testContext())
  lists.move("gold", manyHosts(1))
  lists.lost("tcp://1.0.1.1:0/")
  expect(lists.has("gold", "tcp://1.0.1.1:0/")).toBe(true)
  lists.move("grey", manyHosts(40, 2), "9.9")
  const silent = "tcp://2.7.1.1:7/"
  for (let i = 0; i < 8; i++) lists.unanswered(silent)
  expect(lists.has("grey", silent)).toBe(true)
  const random = new SeededRandom(1)
  const drawn = Array.from({ length: 2000 }, () => lists.spread("grey", 1, () => true, random)[0]?.url)
  expect(drawn.filter((url) => url === silent).length).toBeLessThan(5)
})

test("slots draw from the new and the tried alike, and never two of one netgroup", () => {
  const lists = make(testContext())
  lists.move("grey", manyHosts(200, 2), "9.9")
  lists.move("white", manyHosts(2, 1))
  const random = new SeededRandom(1)
  const draw = (taken: readonly string[]): string | undefined =>
    choose(lists, { settings: defaultSettings, accept: () => true, taken: new Set(taken), inVain: 0 }, random)
  const tried = Array.from({ length: 1000 }, () => draw([])).filter((url) => url?.startsWith("tcp://1."))
  expect(tried.length).toBeGreaterThan(430)
  expect(tried.length).toBeLessThan(570)
  for (let i = 0; i < 200; i++) expect(draw(["1.0", "1.1"])).toMatch(/^tcp:\/\/2\./)
  const one = make(testContext())
  one.move("white", manyHosts(1))
  expect(
    choose(one, { settings: defaultSettings, accept: () => true, taken: new Set(["1.0"]), inVain: 0 }, random),
  ).toBe(undefined)
})

test("an answer holds a part of what is known, heard of or tried", () => {
  const lists = make(testContext())
  lists.move("grey", manyHosts(100, 2), "9.9")
  const kept = lists.size("grey")
  const said = answer({ max: 100, transports: ["tcp"] }, lists, new SeededRandom(1))
  expect(said.length).toBe(Math.floor(kept * 0.23))
  expect(answer({ max: 4, transports: ["tcp"] }, lists, new SeededRandom(1))).toHaveLength(8)
  expect(answer({ max: 4, transports: ["tor"] }, lists, new SeededRandom(1))).toEqual([])
})

test("whom we have asked may say a thousand addresses, and everybody one every ten seconds", () => {
  let at = 0
  const peer = (session: Teller["session"]): Teller => ({
    session,
    clock: { monotonic: () => at },
    questions: { asked: 0 },
  })
  const [visitor, chosen] = [allowance(peer("inbound")), allowance(peer("outbound"))]
  for (const one of [visitor, chosen]) one.ask(8)
  expect([visitor.take(2000), chosen.take(2000)]).toEqual([1, 1001])
  at = 60_000
  expect([visitor.take(2000), chosen.take(2000)]).toEqual([6, 6])
  at = 86_400_000
  expect(visitor.take(2000)).toBe(1000)
})

test("times ahead count as five days old, hearsay as two hours older", () => {
  expect(seen(BigInt(NOW - 10), NOW, true)).toBe(NOW - 10)
  expect(seen(BigInt(NOW - 10), NOW, false)).toBe(NOW - 10 - 7200)
  expect(seen(BigInt(NOW + 601), NOW, true)).toBe(NOW - 5 * DAY)
  expect(seen(2n ** 64n - 1n, NOW, true)).toBe(NOW - 5 * DAY)
  expect(seen(5n, NOW, true)).toBe(NOW - 5 * DAY)
})
