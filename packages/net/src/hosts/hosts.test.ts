import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { defaultSettings, type Settings } from "../settings/settings.ts"
import { SOMEBODY } from "../testing/hosts.test-kit.ts"
import type { SessionKind } from "../session-kind.ts"
import { Hosts } from "./hosts.ts"
import { sourceOf } from "./source.ts"

const NOW = 1_735_689_600
const A = "tcp://8.8.8.8:1/"

function hosts(settings: Partial<Settings> = {}): Hosts {
  const runtime = virtualWorld().host({ name: "node" })
  return new Hosts({ runtime, settings: { ...defaultSettings, activeProfiles: ["tcp"], ...settings } })
}

test("received addresses go to the grey list, with a time two hours older than it is said to be, and not in the future", () => {
  const known = hosts()
  expect(
    known.insert(
      [
        [A, 5n],
        ["tcp://8.8.4.4:1/", 2n ** 64n - 1n],
        ["tcp://127.0.0.1:1/", 5n],
      ],
      SOMEBODY,
    ),
  ).toBe(2)
  expect(known.lists.entries("grey")).toEqual([
    { url: A, lastSeen: 0 },
    { url: "tcp://8.8.4.4:1/", lastSeen: NOW - 7200 },
  ])
})

test("an address that we know is not refreshed by hearsay", () => {
  const known = hosts()
  known.insert([[A, 5n]], SOMEBODY)
  expect(known.insert([[A, 100n]], SOMEBODY)).toBe(0)
  expect(known.lists.lastSeen(A)).toBe(0)
})

test("what a peer says of itself is not taken as older", () => {
  const known = hosts()
  const speaker = sourceOf({ address: "tcp://8.8.8.8:4711/", session: "inbound" }, false)
  known.insert(
    [
      [A, BigInt(NOW)],
      ["tcp://8.8.8.80:1/", BigInt(NOW)],
    ],
    speaker,
  )
  expect(known.lists.entries("grey")).toEqual([
    { url: A, lastSeen: NOW },
    { url: "tcp://8.8.8.80:1/", lastSeen: NOW - 7200 },
  ])
})

test("a source is the netgroup of the peer; those that are configured are sources of their own", () => {
  const groupOf = (session: SessionKind, localnet = false) => sourceOf({ address: A, session }, localnet).group
  expect(groupOf("inbound")).toBe("8.8")
  expect(groupOf("outbound")).toBe("8.8")
  expect(groupOf("seed")).toBe("seed 8.8")
  expect(groupOf("manual")).toBe("manual 8.8")
  expect(groupOf("inbound", true)).toBe("8.8.8.8:1")
})

/** A node whose white list has no room left for the netgroup of `A`, and an address of that netgroup that has none. */
function fullHouse(): { known: Hosts; newcomer: string } {
  const known = hosts()
  let newcomer = ""
  for (let port = 2; newcomer === "" && port < 1000; port++) {
    const url = `tcp://8.8.8.8:${port}/`
    known.confirm(url)
    if (!known.lists.has("white", url)) newcomer = url
  }
  return { known, newcomer }
}

test("who finds no room among the proven waits until one of them does not answer a test", () => {
  const { known, newcomer } = fullHouse()
  expect(newcomer).not.toBe("")
  expect(known.lists.has("grey", newcomer)).toBe(true)
  const size = known.lists.size("white")
  const incumbent = known.contested(() => true) ?? ""
  expect(known.lists.has("white", incumbent)).toBe(true)
  known.demote(incumbent)
  expect([known.lists.has("grey", incumbent), known.lists.has("white", newcomer)]).toEqual([true, true])
  expect(known.lists.size("white")).toBe(size)
  expect(known.contested(() => true)).toBeUndefined()
})

test("a proven host that answers the test stays, and so does one that is busy", () => {
  for (const isBusy of [false, true]) {
    const { known, newcomer } = fullHouse()
    const incumbent = known.contested(() => !isBusy)
    if (incumbent !== undefined) known.confirm(incumbent)
    expect(incumbent === undefined).toBe(isBusy)
    expect(known.contested(() => true)).toBeUndefined()
    expect(known.lists.has("grey", newcomer)).toBe(true)
  }
})

test("a host that is dialled in vain three times is the first to leave a full bucket", () => {
  const known = hosts()
  const urls = Array.from({ length: 1000 }, (_, i) => `tcp://8.${i % 250}.8.8:${i}/`)
  known.insert(
    urls.map((url) => [url, BigInt(NOW)]),
    SOMEBODY,
  )
  const [failing, ...others] = known.lists.entries("grey").map(({ url }) => url)
  expect(
    known.insert(
      urls.map((url) => [url, BigInt(NOW)]),
      SOMEBODY,
    ),
  ).toBe(0)
  for (let i = 0; i < 3; i++) known.fail(failing ?? "")
  expect(
    known.insert(
      urls.map((url) => [url, BigInt(NOW)]),
      SOMEBODY,
    ),
  ).toBe(1)
  expect(known.lists.has("grey", failing ?? "")).toBe(false)
  for (const url of others) expect(known.lists.has("grey", url)).toBe(true)
})

test("an address that we cannot dial is kept in the dark for a day", () => {
  const known = hosts()
  const tls = "tcp+tls://8.8.8.8:1/"
  expect(
    known.insert(
      [
        [tls, BigInt(NOW - 86_400)],
        ["tcp+tls://8.8.4.4:1/", BigInt(NOW - 86_401)],
      ],
      SOMEBODY,
    ),
  ).toBe(0)
  expect(known.lists.entries("dark")).toEqual([{ url: tls, lastSeen: NOW - 86_400 }])
})

test("an address comes out of the dark when it can be dialled", () => {
  const activeProfiles = ["tcp+tls"]
  const known = hosts({ activeProfiles })
  known.insert([[A, BigInt(NOW)]], SOMEBODY)
  activeProfiles.push("tcp")
  known.insert([[A, BigInt(NOW)]], SOMEBODY)
  expect([known.lists.has("dark", A), known.lists.has("grey", A)]).toEqual([false, true])
})

test("an address that is being dialled is not inserted", () => {
  const known = hosts()
  known.enter(A, "connect")
  expect(known.insert([[A, 5n]], SOMEBODY)).toBe(0)
  expect(known.enter(A, "connect")).toBe(false)
  known.enter(A, "free")
  expect(known.insert([[A, 5n]], SOMEBODY)).toBe(1)
})

test("a host goes up to gold and back to grey, but not after a ban", () => {
  const known = hosts()
  known.insert([[A, 5n]], SOMEBODY)
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

test("a host that is lost was there until now, one that is dialled in vain was not; both are as old as before", () => {
  const known = hosts()
  const other = "tcp://8.8.4.4:1/"
  known.lists.store(
    "gold",
    [A, other].map((url) => ({ url, lastSeen: 7 })),
  )
  known.lost(A)
  known.fail(other)
  known.lost("tcp://9.9.9.9:9/")
  expect([known.lists.get(A), known.lists.get(other)]).toMatchObject([
    { colour: "grey", lastSeen: 7, provenAt: NOW },
    { colour: "grey", lastSeen: 7, provenAt: 7 },
  ])
})

test("an inbound peer is banned with all ports of its host, one that we dialled with its port", () => {
  const known = hosts()
  expect(known.ban({ session: "inbound", address: "tcp://8.8.8.8:4711/" })).toBe("tcp://8.8.8.8/")
  expect(known.ban({ session: "manual", address: "tcp://8.8.4.4:1/" })).toBe("tcp://8.8.4.4:1/")
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
