import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { defaultSettings, type Settings } from "../settings/settings.ts"
import { Hosts } from "./hosts.ts"

const NOW = 1_735_689_600
const A = "tcp://8.8.8.8:1/"

function hosts(settings: Partial<Settings> = {}): Hosts {
  const runtime = virtualWorld().host({ name: "node" })
  return new Hosts({ runtime, settings: { ...defaultSettings, activeProfiles: ["tcp"], ...settings } })
}

test("received addresses go to the grey list, with a time that is not in the future", () => {
  const known = hosts()
  expect(
    known.insert([
      [A, 5n],
      ["tcp://8.8.4.4:1/", 2n ** 64n - 1n],
      ["tcp://127.0.0.1:1/", 5n],
    ]),
  ).toBe(2)
  expect(known.lists.entries("grey")).toEqual([
    { url: A, lastSeen: 5 },
    { url: "tcp://8.8.4.4:1/", lastSeen: NOW },
  ])
})

test("an address that we know is not refreshed by hearsay", () => {
  const known = hosts()
  known.insert([[A, 5n]])
  expect(known.insert([[A, 100n]])).toBe(0)
  expect(known.lists.lastSeen(A)).toBe(5)
})

test("an address that we cannot dial is kept in the dark for a day", () => {
  const known = hosts()
  const tls = "tcp+tls://8.8.8.8:1/"
  expect(
    known.insert([
      [tls, BigInt(NOW - 86_400)],
      ["tcp+tls://8.8.4.4:1/", BigInt(NOW - 86_401)],
    ]),
  ).toBe(0)
  expect(known.lists.entries("dark")).toEqual([{ url: tls, lastSeen: NOW - 86_400 }])
})

test("an address comes out of the dark when it can be dialled", () => {
  const activeProfiles = ["tcp+tls"]
  const known = hosts({ activeProfiles })
  known.insert([[A, BigInt(NOW)]])
  activeProfiles.push("tcp")
  known.insert([[A, BigInt(NOW)]])
  expect([known.lists.has("dark", A), known.lists.has("grey", A)]).toEqual([false, true])
})

test("an address that is being dialled is not inserted", () => {
  const known = hosts()
  known.enter(A, "connect")
  expect(known.insert([[A, 5n]])).toBe(0)
  expect(known.enter(A, "connect")).toBe(false)
  known.enter(A, "free")
  expect(known.insert([[A, 5n]])).toBe(1)
})

test("a host goes up to gold and back to grey, but not after a ban", () => {
  const known = hosts()
  known.insert([[A, 5n]])
  known.promote(A)
  expect([known.lists.has("grey", A), known.lists.lastSeen(A)]).toEqual([false, NOW])
  known.demote(A)
  expect([known.lists.has("gold", A), known.lists.has("grey", A)]).toEqual([false, true])
  known.promote(A)
  known.ban({ session: "outbound", address: A })
  known.demote(A)
  expect([known.lists.has("gold", A), known.lists.has("grey", A), known.lists.has("black", A)]).toEqual([
    false,
    false,
    true,
  ])
})

test("an inbound peer is banned with all ports of its host, one that we dialled with its port", () => {
  const known = hosts()
  expect(known.ban({ session: "inbound", address: "tcp://8.8.8.8:4711/" })).toBe("tcp://8.8.8.8/")
  expect(known.ban({ session: "manual", address: "tcp://8.8.4.4:1/" })).toBe("tcp://8.8.4.4:1/")
  expect(known.ban({ session: "inbound", address: "tcp://[2606:4700::1]:4711/" })).toBe("tcp://[2606:4700::1]/")
  expect(
    ["tcp://8.8.8.8:9/", "tcp+tls://8.8.8.8:9/", "tcp://8.8.4.4:1/", "tcp://8.8.4.4:2/"].map((url) =>
      known.isBlacklisted(url),
    ),
  ).toEqual([true, false, true, false])
})

test("a good node on a host keeps its other ports from being banned", () => {
  const known = hosts()
  known.promote(A)
  expect(known.ban({ session: "inbound", address: "tcp://8.8.8.8:4711/" })).toBe("tcp://8.8.8.8:4711/")
  expect(known.isBlacklisted(A)).toBe(false)
})

test.each([
  ["a local host", "tcp://127.0.0.1:1/", "inbound"],
  ["a local host that we dialled", "tcp://10.0.0.1:1/", "outbound"],
  ["a unix socket", "unix:///run/x", "inbound"],
  ["a Tor listener's own address", "tor://127.0.0.1:1/", "inbound"],
] as const)("%s is not banned", (_what, address, session) => {
  const known = hosts()
  expect(known.ban({ session, address })).toBeUndefined()
  expect(known.lists.size("black")).toBe(0)
})

test("on a local network a local host is banned", () => {
  expect(hosts({ localnet: true }).ban({ session: "inbound", address: "tcp://127.0.0.1:1/" })).toBe("tcp://127.0.0.1/")
})

test("the configured blacklist takes every scheme with every port; no schemes means tcp+tls", () => {
  const known = hosts({
    blacklist: [
      { host: "bad.example", schemes: [], ports: [] },
      { host: "2606:4700::1", schemes: ["tcp", "tcp+tls"], ports: [1, 2] },
    ],
  })
  known.importBlacklist()
  expect(known.lists.entries("black").map(({ url }) => url)).toEqual([
    "tcp+tls://bad.example/",
    "tcp://[2606:4700::1]:1/",
    "tcp://[2606:4700::1]:2/",
    "tcp+tls://[2606:4700::1]:1/",
    "tcp+tls://[2606:4700::1]:2/",
  ])
  expect(known.isBlacklisted("tcp+tls://bad.example:9600/")).toBe(true)
})
