import { virtualWorld } from "@dchat/runtime/virtual"
import fc from "fast-check"
import { expect, test } from "vitest"
import { testLists } from "../testing/hosts.test-kit.ts"
import { type Host, type HostLists } from "./lists.ts"
import { drawCandidates, drawOther, type CandidateSettings } from "./candidates.ts"

const COLOURS = ["gold", "white", "grey"] as const
const random = virtualWorld().host({ name: "node" }).random

function urlsOf(lists: HostLists, settings: CandidateSettings, accept: (host: Host) => boolean = () => true) {
  return drawCandidates(lists, settings, accept, random)
}

function listsWith(counts: Readonly<Record<(typeof COLOURS)[number], number>>): HostLists {
  const lists = testLists()
  for (const colour of COLOURS) {
    const hosts = Array.from({ length: counts[colour] }, (_, i) => ({ url: `tcp://${colour}${i + 1}:1/`, lastSeen: 1 }))
    lists.store(colour, hosts)
  }
  return lists
}

const DEFAULTS = { outboundConnections: 8, knownPeerPercent: 70, disableGreys: false }

test("of eight candidates five are proven and the rest greys, golds first", () => {
  const urls = urlsOf(listsWith({ gold: 2, white: 20, grey: 20 }), DEFAULTS)
  expect(urls.map((url) => url.replace(/\d*:\d+\/$/, "").slice(6))).toEqual([
    ...["gold", "gold", "white", "white", "white"],
    ...["grey", "grey", "grey"],
  ])
})

test("who cannot be dialled takes nobody's place", () => {
  const lists = listsWith({ gold: 50, white: 1, grey: 0 })
  expect(urlsOf(lists, DEFAULTS, ({ url }) => !url.includes("gold"))).toEqual(["tcp://white1:1/"])
})

test("greys are never dialled where the settings say so", () => {
  expect(urlsOf(listsWith({ gold: 0, white: 0, grey: 9 }), { ...DEFAULTS, disableGreys: true })).toEqual([])
})

test("whatever the settings, a proven host comes first if there is one, and a grey is found if there is no other", () => {
  const settings = fc.record({
    outboundConnections: fc.integer({ min: 1, max: 20 }),
    knownPeerPercent: fc.integer({ min: 0, max: 100 }),
    disableGreys: fc.constant(false),
  })
  const counts = fc.record({ gold: fc.nat(3), white: fc.nat(3), grey: fc.nat(3) })
  fc.assert(
    fc.property(settings, counts, (given, { gold, white, grey }) => {
      const [first] = urlsOf(listsWith({ gold, white, grey }), given)
      const best = gold > 0 ? "gold" : white > 0 ? "white" : grey > 0 ? "grey" : undefined
      expect(first?.slice(6).split(/\d/)[0]).toBe(best)
    }),
  )
})

test("somebody else is proven, was proven or is hearsay with equal chances, and whoever there is if there is no other", () => {
  const lists = listsWith({ gold: 0, white: 30, grey: 30 })
  // Who was white is lost.
  const lost = Array.from({ length: 30 }, (_, i) => ({ url: `tcp://lost${i + 1}:1/`, lastSeen: 1 }))
  lists.store("white", lost)
  lists.store("grey", lost)
  const counts = new Map<string, number>()
  const kindOf = (url = ""): string => url.replace(/^tcp:..|\d.*$/g, "")
  for (let i = 0; i < 3000; i++) {
    const kind = kindOf(drawOther(lists, DEFAULTS, () => true, random))
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  for (const kind of ["white", "lost", "grey"]) expect(Math.abs((counts.get(kind) ?? 0) - 1000)).toBeLessThan(150)

  for (const kind of ["white", "lost", "grey"]) {
    const other = drawOther(lists, DEFAULTS, ({ url }) => kindOf(url) === kind, random)
    expect(kindOf(other)).toBe(kind)
  }
  expect(drawOther(lists, DEFAULTS, () => false, random)).toBeUndefined()
  const noGreys = { ...DEFAULTS, disableGreys: true }
  expect(drawOther(lists, noGreys, ({ url }) => kindOf(url) !== "white", random)).toBeUndefined()
  expect(kindOf(drawOther(lists, noGreys, () => true, random))).toBe("white")
})
