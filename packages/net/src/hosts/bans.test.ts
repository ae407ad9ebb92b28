import { virtualWorld, type VirtualWorld } from "@dchat/runtime/virtual"
import fc from "fast-check"
import { expect, test } from "vitest"
import { defaultSettings, type Settings } from "../settings/settings.ts"
import { RawPeer } from "../testing/raw-peer.test-kit.ts"
import { MAGIC, TestNet } from "../testing/test-net.test-kit.ts"
import { HostFile } from "./file.ts"
import { Hosts } from "./hosts.ts"
import { LIST_CAPS, type HostEntry } from "./lists.ts"

const DAY_MS = 86_400_000
const PEER = { session: "inbound", address: "tcp://8.8.8.8:4711/" } as const

/** A node whose wall clock can be set. */
function node(settings: Partial<Settings> = {}): { hosts: Hosts; world: VirtualWorld; wall: { aheadMs: number } } {
  const world = virtualWorld()
  const host = world.host({ name: "node" })
  const wall = { aheadMs: 0 }
  const clock = Object.assign(Object.create(host.clock) as typeof host.clock, {
    now: () => host.clock.now() + wall.aheadMs,
    monotonic: () => host.clock.monotonic(),
  })
  const hosts = new Hosts({
    runtime: { clock, random: host.random },
    settings: { ...defaultSettings, activeProfiles: ["tcp"], ...settings },
  })
  return { hosts, world, wall }
}

test("an inbound peer with an IPv6 address is banned with its whole /64, and nobody beside that", () => {
  const { hosts } = node()
  const banned = hosts.ban({ session: "inbound", address: "tcp://[2606:4700:0:7::1]:4711/" })
  expect(banned).toBe("tcp://[2606:4700:0:7::]/64")
  expect(
    [
      "tcp://[2606:4700:0:7::1]:9/",
      "tcp://[2606:4700:0:7:ffff:1:2:3]:4711/",
      "tcp://[2606:4700:0:7::]:1/",
      "tcp://[2606:4700:0:8::1]:4711/",
      "tcp://[2606:4700::7]:4711/",
      "tcp+tls://[2606:4700:0:7::1]:4711/",
    ].map((url) => hosts.isBlacklisted(url)),
  ).toEqual([true, true, true, false, false, false])
})

test("two IPv6 addresses are banned together if their first 64 bits are the same, however they are written", () => {
  const group = fc.constantFrom("0", "1", "4700", "ffff")
  const tail = fc.tuple(group, group, group, group)
  const address = fc.tuple(fc.constant("2606"), group, group, group).map((groups) => groups.join(":"))
  fc.assert(
    fc.property(address, address, tail, tail, (network, other, one, two) => {
      const { hosts } = node()
      hosts.ban({ session: "inbound", address: `tcp://[${network}:${one.join(":")}]:1/` })
      const canonical = new URL(`http://[${other}:${two.join(":")}]`).hostname
      expect(hosts.isBlacklisted(`tcp://${canonical}:2/`)).toBe(network === other)
    }),
  )
})

test("ten thousand addresses of one /64 are one ban", () => {
  const { hosts } = node()
  for (let i = 0; i < 10_000; i++) {
    hosts.ban({ session: "inbound", address: `tcp://[2606:4700::${(i + 1).toString(16)}]:1/` })
  }
  expect(hosts.lists.entries("black").map(({ url }) => url)).toEqual(["tcp://[2606:4700::]/64"])
})

test("a good node in a /64 keeps its neighbours from being banned for one of them", () => {
  const { hosts } = node()
  hosts.promote("tcp://[2606:4700::1]:1/")
  expect(hosts.ban({ session: "inbound", address: "tcp://[2606:4700::2]:4711/" })).toBe("tcp://[2606:4700::2]/")
  expect(hosts.ban({ session: "inbound", address: "tcp://[2606:4700::1]:4711/" })).toBe("tcp://[2606:4700::1]:4711/")
  expect(hosts.isBlacklisted("tcp://[2606:4700::1]:1/")).toBe(false)
})

test("one that we dialled is banned by its address and port, as we chose it", () => {
  const { hosts } = node()
  const url = "tcp://[2606:4700::1]:1/"
  expect(hosts.ban({ session: "outbound", address: url })).toBe(url)
  expect(hosts.isBlacklisted("tcp://[2606:4700::2]:1/")).toBe(false)
})

test("on a local network, which is a /64 too, an IPv6 host is banned by itself", () => {
  const { hosts } = node({ localnet: true })
  expect(hosts.ban({ session: "inbound", address: "tcp://[fd00::1]:4711/" })).toBe("tcp://[fd00::1]/")
  expect(hosts.isBlacklisted("tcp://[fd00::2]:4711/")).toBe(false)
})

test("an IPv4 address in IPv6 dress is banned as what it is", () => {
  const { hosts } = node()
  expect(hosts.ban({ session: "inbound", address: "tcp://[::ffff:808:808]:4711/" })).toBe("tcp://8.8.8.8/")
  expect(
    ["tcp://8.8.8.8:1/", "tcp://[::ffff:808:808]:1/", "tcp://[::ffff:808:809]:1/"].map((url) =>
      hosts.isBlacklisted(url),
    ),
  ).toEqual([true, true, false])
})

test("a blacklisted IPv6 host is that host alone", () => {
  const { hosts } = node({ blacklist: [{ host: "2606:4700::", schemes: ["tcp"], ports: [] }] })
  hosts.importBlacklist()
  expect(["::", "::1"].map((end) => hosts.isBlacklisted(`tcp://[2606:4700${end}]:1/`))).toEqual([true, false])
})

test("what the blacklist names no longer is let in again, who was banned is not", () => {
  const blacklist = [{ host: "8.8.4.4", schemes: ["tcp"], ports: [] }]
  const { hosts } = node({ blacklist })
  hosts.importBlacklist()
  hosts.ban(PEER)
  blacklist.length = 0
  blacklist.push({ host: "9.9.9.9", schemes: ["tcp"], ports: [] })
  hosts.importBlacklist()
  expect(["8.8.4.4", "8.8.8.8", "9.9.9.9"].map((ip) => hosts.isBlacklisted(`tcp://${ip}:1/`))).toEqual([
    false,
    true,
    true,
  ])
})

test("who comes from the /64 of somebody who was banned hears not a word", async () => {
  await using net = new TestNet()
  const host = net.host("bob", "2606:4700:1::1")
  const url = "tcp://[2606:4700:1::1]:1000/"
  const bob = await net.node("bob", { localnet: false, inboundAddrs: [url] }, host)
  await net.run(bob)
  const dial = (ip: string): Promise<RawPeer> => net.world.runUntil(RawPeer.dial(url, net.host(ip, ip)))
  const mallory = await dial("2606:4700:7::1")
  mallory.introduce()
  mallory.sendBytes(Uint8Array.of(...MAGIC, 1, 0x78, 0))
  await net.world.advance(100)
  const [neighbour, another] = [await dial("2606:4700:7::2"), await dial("2606:4700:8::1")]
  another.introduce()
  await net.world.advance(100)
  expect([neighbour, another].map(({ seen, closedAt }) => [seen.length > 0, closedAt !== undefined])).toEqual([
    [false, true],
    [true, false],
  ])
  expect(net.said("bob")).toContain('Banned tcp://[2606:4700:7::]/64: unknown command "x"')
  await net.world.runUntil(Promise.all([mallory, neighbour, another].map((peer) => peer.close())))
})

test("a ban lasts a day, whoever sets the clock", async () => {
  for (const [before, after] of [
    [0, 0],
    [10 * 365 * DAY_MS, 0],
    [0, -10 * 365 * DAY_MS],
    [0, 10 * 365 * DAY_MS],
    [-60 * 365 * DAY_MS, 0],
  ] as const) {
    const { hosts, world, wall } = node()
    wall.aheadMs = before
    hosts.ban(PEER)
    wall.aheadMs = after
    for (const [waitMs, isBanned] of [
      [DAY_MS - 60_000, true],
      [62_000, false],
    ] as const) {
      await world.advance(waitMs)
      hosts.liftOldBans()
      expect([before, after, hosts.isBlacklisted(PEER.address)]).toEqual([before, after, isBanned])
    }
  }
})

test("a ban from a file that was read while the clock was ahead ends a day after that is seen", async () => {
  const { hosts, world } = node()
  hosts.lists.store("black", [{ url: "tcp://8.8.8.8/", lastSeen: 2 ** 40 }])
  hosts.liftOldBans()
  expect(hosts.isBlacklisted(PEER.address)).toBe(true)
  await world.advance(DAY_MS + 2000)
  hosts.liftOldBans()
  expect(hosts.isBlacklisted(PEER.address)).toBe(false)
})

test("a peer that is banned again and again cannot push out the configured blacklist, nor make it end", async () => {
  const { hosts, world } = node({ blacklist: [{ host: "8.8.8.8", schemes: ["tcp"], ports: [] }] })
  hosts.importBlacklist()
  hosts.ban(PEER)
  const bans = Array.from({ length: LIST_CAPS.black }, (_, i) => ({ url: `tcp://[2606:${i.toString(16)}::]/64` }))
  hosts.lists.store(
    "black",
    bans.map(({ url }, i) => ({ url, lastSeen: i + 1 })),
  )
  expect(hosts.lists.size("black")).toBe(LIST_CAPS.black)
  await world.advance(2 * DAY_MS)
  hosts.liftOldBans()
  expect(hosts.lists.entries("black")).toEqual([{ url: "tcp://8.8.8.8/", lastSeen: 0 }])
})

test("the banned of a host list file come at once, however many they are", async () => {
  const { hosts, world } = node()
  const host = world.host({ name: "disk" })
  const lines = Array.from({ length: 20_000 }, (_, i) => `black\ttcp://1.2.${i >> 8}.${i & 255}/\t${i + 1}\n`)
  await host.store.write("hosts.tsv", new TextEncoder().encode(`grey\ttcp://9.9.9.9:1/\t5\n${lines.join("")}`))
  const stored: number[] = []
  const store = hosts.lists.store.bind(hosts.lists)
  hosts.lists.store = (colour, entries, source) => {
    const all: HostEntry[] = [...entries]
    if (colour === "black") stored.push(all.length)
    return store(colour, all, source)
  }
  await new HostFile("hosts.tsv", hosts, host).load()
  expect(stored).toEqual([20_000])
  expect(hosts.lists.size("black")).toBe(LIST_CAPS.black)
  expect(hosts.lists.size("grey")).toBe(1)
})
