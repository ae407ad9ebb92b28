import { Publisher, TaskGroup } from "@dchat/task"
import { expect, test } from "vitest"
import { Hosts } from "../hosts/hosts.ts"
import { Addr, GetAddr } from "../message/address.ts"
import { SESSION_KINDS } from "../session/kind.ts"
import { defaultSettings, type Settings } from "../settings/settings.ts"
import { pair } from "../testing/channel-pair.test-kit.ts"
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
