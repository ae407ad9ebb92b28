import { defaultSettings, type AddressPolicy, type HostLists } from "@dchat/net"
import { SeededRandom } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { expectSound, someHosts, testContext } from "./lists.test-kit.ts"
import { referencePolicy } from "./reference.ts"

const { lists: make, choose, seen } = referencePolicy as AddressPolicy
const NOW = 1_000_000_000

test("whatever is done with the reference's lists, they are sound", () => {
  expectSound((context) => make(context), 10_000)
})

test("the 2,000 that claim to have been seen last stay, and push out whoever is honest", () => {
  const lists = make(testContext())
  lists.move("grey", someHosts(0, 500, NOW))
  expect(lists.size("grey")).toBe(500)
  lists.move("grey", someHosts(10_000, 1900, seen(BigInt(NOW + 31_536_000), NOW, false)))
  expect([lists.size("grey"), lists.evicted]).toEqual([2000, 400])
  lists.move("grey", someHosts(20_000, 100, NOW + 31_536_000))
  expect(lists.entries("grey").every(({ lastSeen }) => lastSeen > NOW)).toBe(true)
  expect(lists.size("grey")).toBe(2000)
})

test("a connection that is lost makes a grey of a gold, which claims that are greater push out at once", () => {
  const lists = make(testContext())
  lists.move("gold", someHosts(1, 2, NOW))
  lists.lost("tcp://1.1.0.1:1/")
  expect([lists.size("grey"), lists.size("gold")]).toEqual([1, 1])
  lists.move("grey", someHosts(10_000, 2000, NOW + 1))
  lists.lost("tcp://1.2.0.1:2/")
  expect([lists.size("grey"), lists.size("gold"), lists.get("tcp://1.2.0.1:2/")]).toEqual([2000, 0, undefined])
})

test("golds come first, then whites, up to a share of the slots; then greys; with one slot greys alone", () => {
  const drawn = (lists: HostLists, slots: number, accept: (url: string) => boolean): string | undefined => {
    const settings = { ...defaultSettings, outboundConnections: slots }
    return choose(lists, { settings, accept, taken: new Set(), inVain: 0 }, new SeededRandom(1))
  }
  const lists = make(testContext())
  lists.move("grey", someHosts(1, 20, NOW))
  lists.move("white", someHosts(100, 20, NOW))
  lists.move("gold", someHosts(200, 1, NOW))
  const gold = "tcp://1.2.0.1:200/"
  expect(drawn(lists, 8, () => true)).toBe(gold)
  expect(drawn(lists, 8, (url) => url !== gold)).toMatch(/:1\d\d\/$/)
  expect(drawn(lists, 1, () => true)).toMatch(/:\d\d?\/$/)
  // Golds that are connected take up places, so that with five of them whites have no chance.
  lists.move("gold", someHosts(200, 5, NOW))
  expect(drawn(lists, 8, (url) => !/:20\d\/$/.test(url))).toMatch(/:\d\d?\/$/)
})
