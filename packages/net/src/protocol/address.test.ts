import { Publisher, TaskGroup } from "@dchat/task"
import { expect, test } from "vitest"
import { Hosts } from "../hosts/hosts.ts"
import { Addr, GetAddr } from "../message/address.ts"
import { SESSION_KINDS } from "../session-kind.ts"
import { defaultSettings, type Settings } from "../settings/settings.ts"
import { pair } from "../testing/channel-pair.test-kit.ts"
import { RawPeer } from "../testing/raw-peer.test-kit.ts"
import { TestNet } from "../testing/test-net.test-kit.ts"
import { ProtocolAddress, addressRequest } from "./address.ts"

const SETTINGS: Settings = {
  ...defaultSettings,
  activeProfiles: ["tcp", "quic"],
  externalAddrs: ["tcp://8.8.8.8:1/?upnp_cookie=secret"],
}

test.each(SESSION_KINDS)("on the %s session own addresses are said only to who we chose to dial", async (session) => {
  const { world, channel, peer, runtime } = await pair({ session })
  const hosts = new Hosts({ runtime, settings: SETTINGS })
  const protocol = new ProtocolAddress(channel, { settings: SETTINGS, hosts, advertised: new Publisher(), runtime })
  channel.start()
  const jobs = new TaskGroup()
  await protocol.start(jobs)
  await world.advance(10)
  const said = peer.seen.map(({ command, value }) => [command, value])
  const own = [Addr.command, { addrs: [["tcp://8.8.8.8:1/", 1_735_689_600n]] }]
  const question = [GetAddr.command, { max: 8, transports: ["tcp"] }]
  expect(said).toEqual(session === "outbound" ? [own, question] : [question])
  await world.runUntil(Promise.all([channel.stop(), peer.close()]))
  await jobs.join()
})

test("as many addresses are asked for as there are outbound slots, unless the settings say otherwise", () => {
  expect(addressRequest({ ...SETTINGS, outboundConnections: 3 }).max).toBe(3)
  expect(addressRequest({ ...SETTINGS, getaddrsMax: 0 }).max).toBe(0)
})

test("what a peer says unasked beyond the first few is not taken, and counted; the answer to our question is", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob", { getaddrsMax: 10 })
  const mallory = await net.world.runUntil(RawPeer.dial(bob.url, net.host("mallory")))
  mallory.introduce()
  const send = (from: number, count: number): void =>
    mallory.send(Addr, { addrs: Array.from({ length: count }, (_, i) => [`tcp://10.9.9.9:${from + i}/`, 5n]) })
  await net.world.advance(100)
  expect(mallory.commands).toContain("getaddr")
  send(1000, 20)
  await net.world.advance(100)
  expect(bob.p2p.hosts.lists.size("grey")).toBe(20)
  expect(bob.p2p.getCounters().addressesDropped).toBe(0)
  send(2000, 500)
  await net.world.advance(100)
  expect(bob.p2p.hosts.lists.size("grey")).toBe(36)
  expect(bob.p2p.getCounters().addressesDropped).toBe(484)
  expect(bob.p2p.getCounters().bans).toBe(0)
  await net.world.advance(10_000)
  send(3000, 500)
  await net.world.advance(100)
  expect(bob.p2p.getCounters().addressesDropped).toBe(484 + 499)
  await net.world.runUntil(mallory.close())
})

test("what stands before and behind host and port makes no other node of one: it is dialled and kept once", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const mallory = await net.world.runUntil(RawPeer.dial(bob.url, net.host("mallory")))
  mallory.introduce()
  const urls = ["user:word@10.9.9.9:5/", "10.9.9.9:5/a/b", "10.9.9.9:5/?c", `10.9.9.9:5/#${"d".repeat(60_000)}`]
  mallory.send(Addr, { addrs: urls.map((url) => [`tcp://${url}`, 5n]) })
  await net.world.advance(100)
  expect(bob.p2p.hosts.lists.entries("grey").map(({ url }) => url)).toEqual(["tcp://10.9.9.9:5/"])
})
