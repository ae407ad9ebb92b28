import { P2p, WrongStateError } from "@dchat/net"
import { defaultSettings, type Settings, SettingsError, settingsFromTable } from "@dchat/net/settings"
import { virtualWorld } from "@dchat/runtime/virtual"
import { expect, test } from "vitest"
import { afterReload, keyOf, planReload, type Running } from "./reload.ts"

const RUNNING: Running = {
  net: { ...defaultSettings, profiles: { tcp: {} } },
  rpc: { listen: "tcp://127.0.0.1:1", disabledMethods: ["recv"] },
}

/** Another value for each setting that a configuration can change. */
const OTHERS: Omit<Settings, "appName" | "appVersion"> = {
  nodeId: "another",
  inboundAddrs: ["tcp://10.0.0.1:2/"],
  externalAddrs: ["tcp://10.0.0.1:3/"],
  peers: ["tcp://10.0.0.2:1/"],
  seeds: ["tcp://10.0.0.3:1/"],
  magicBytes: Uint8Array.of(1, 2, 3, 4),
  activeProfiles: ["tcp"],
  mixedProfiles: ["tor"],
  torSocks5Proxy: "socks5://127.0.0.1:1/",
  nymSocks5Proxy: "socks5://127.0.0.1:2/",
  i2pSocks5Proxy: "socks5://127.0.0.1:3/",
  outboundConnections: 1,
  inboundConnections: 1,
  localnet: true,
  outboundPeerDiscoveryCooloffTime: 1,
  outboundPeerDiscoveryAttemptTime: 1,
  getaddrsMax: 1,
  p2pDatastore: "/p2p",
  hostlist: "hosts.tsv",
  greylistRefineryInterval: 1,
  knownPeerPercent: 1,
  disableGreys: true,
  timeWithNoConnections: 1,
  blacklist: [{ host: "bad.example", schemes: ["tcp"], ports: [1] }],
  banPolicy: "relaxed",
  profiles: { tcp: { channelHandshakeTimeout: 1 } },
}
const FIELDS = Object.keys(OTHERS) as (keyof typeof OTHERS)[]

function change(net: Partial<Settings>, rpc: Partial<Running["rpc"]> = {}): Running {
  return { net: { ...RUNNING.net, ...net }, rpc: { ...RUNNING.rpc, ...rpc } }
}

test("equal settings, though they are other lists and tables, change nothing", () => {
  const plan = planReload(RUNNING, structuredClone(RUNNING))
  expect(plan).toEqual({ net: {}, disabledMethods: ["recv"], changed: [], needsRestart: [] })
  expect(afterReload(RUNNING, plan)).toEqual(RUNNING)
})

test("what differs is applied and named, what needs a restart is named and stays, so that it is named the next time too", () => {
  const read = change({ outboundConnections: 3, peers: ["tcp://10.0.0.2:1/"], magicBytes: Uint8Array.of(1, 2, 3, 4) })
  const plan = planReload(RUNNING, read)
  expect(plan).toMatchObject({
    net: { outboundConnections: 3, peers: ["tcp://10.0.0.2:1/"] },
    changed: ["peers", "outbound_connections"],
    needsRestart: ["magic_bytes"],
  })
  expect(plan.net).not.toHaveProperty("magicBytes")
  const after = afterReload(RUNNING, plan)
  expect(planReload(after, read)).toMatchObject({ net: {}, changed: [], needsRestart: ["magic_bytes"] })
  expect(planReload(after, RUNNING)).toMatchObject({ changed: ["peers", "outbound_connections"], needsRestart: [] })
})

test("of the RPC server the methods that are disabled change, where it listens does not", () => {
  const plan = planReload(RUNNING, change({}, { listen: "tcp://127.0.0.1:2", disabledMethods: [] }))
  expect(plan).toMatchObject({ changed: ["rpc_disabled_methods"], needsRestart: ["rpc_listen"] })
  expect(afterReload(RUNNING, plan).rpc).toEqual({ listen: "tcp://127.0.0.1:1", disabledMethods: [] })
})

test("a running network takes each setting that is said to change, and no other but the datastore", async () => {
  const world = virtualWorld()
  const p2p = await P2p.create({ inboundAddrs: ["tcp://10.0.0.1:1/"] }, { runtime: world.host({ name: "alice" }) })
  await world.runUntil(p2p.start())
  void p2p.run()
  const refused = FIELDS.filter((field) => {
    try {
      p2p.reload({ [field]: OTHERS[field] })
      return false
    } catch (error) {
      expect(error).toBeInstanceOf(WrongStateError)
      return true
    }
  })
  const fixed = FIELDS.filter((field) => planReload(RUNNING, change({ [field]: OTHERS[field] })).changed.length === 0)
  expect(fixed).toEqual(FIELDS.filter((field) => refused.includes(field) || field === "p2pDatastore"))
  await world.runUntil(p2p.stop())
})

test.each(FIELDS)("%s is named as in the file", (field) => {
  const isKnown = (key: string): boolean => {
    try {
      return settingsFromTable({ [key]: {} }).warnings.length === 0
    } catch (error) {
      return error instanceof SettingsError
    }
  }
  expect([isKnown(keyOf(field)), isKnown("no_such_key")]).toEqual([true, false])
})
