import * as fc from "fast-check"
import { expect, test } from "vitest"
import { SettingsError } from "./error.ts"
import { settingsFromTable } from "./toml.ts"
import { defaultSettings, profileOf } from "./settings.ts"
import { SETTINGS } from "./table.ts"

/** What the `[net]` table of the specification's example (darkfi-net 8.3) is once it is parsed. */
const EXAMPLE = {
  magic_bytes: [127, 64, 12, 201],
  localnet: true,
  hostlist: "~/.local/share/ournode/hosts.tsv",
  p2p_datastore: "~/.local/share/ournode/p2p",
  outbound_connections: 5,
  inbound_connections: 16,
  active_profiles: ["tcp", "tcp+tls"],
  mixed_profiles: [],
  known_peer_percent: 70,
  greylist_refinery_interval: 15,
  ban_policy: "strict",
  blacklist: [["bad.example", ["tcp", "tcp+tls"], [9600]]],
  profiles: {
    tcp: {
      inbound: ["tcp://127.0.0.1:31448"],
      external_addrs: ["tcp://127.0.0.1:31448"],
      seeds: ["tcp://127.0.0.1:44448"],
    },
    "tcp+tls": {
      outbound_connect_timeout: 20,
      channel_handshake_timeout: 12,
      channel_heartbeat_interval: 30,
      peers: ["tcp+tls://peer.example:9600"],
    },
  },
}

function errorOf(read: () => unknown): SettingsError {
  try {
    read()
  } catch (error) {
    if (error instanceof SettingsError) return error
    throw error
  }
  throw new Error("nothing was thrown")
}

test("no table at all gives the defaults", () => {
  expect(settingsFromTable(undefined)).toEqual({ settings: defaultSettings, warnings: [] })
  expect(settingsFromTable({})).toEqual({ settings: defaultSettings, warnings: [] })
})

test("the specification's example is read whole, without a warning", () => {
  const { settings, warnings } = settingsFromTable(EXAMPLE)
  expect(warnings).toEqual([])
  expect(settings).toEqual({
    ...defaultSettings,
    magicBytes: Uint8Array.of(127, 64, 12, 201),
    localnet: true,
    hostlist: "~/.local/share/ournode/hosts.tsv",
    p2pDatastore: "~/.local/share/ournode/p2p",
    outboundConnections: 5,
    inboundConnections: 16,
    activeProfiles: ["tcp", "tcp+tls"],
    blacklist: [{ host: "bad.example", schemes: ["tcp", "tcp+tls"], ports: [9600] }],
    inboundAddrs: ["tcp://127.0.0.1:31448/"],
    externalAddrs: ["tcp://127.0.0.1:31448/"],
    seeds: ["tcp://127.0.0.1:44448/"],
    peers: ["tcp+tls://peer.example:9600/"],
    profiles: {
      tcp: {},
      "tcp+tls": { outboundConnectTimeout: 20, channelHandshakeTimeout: 12, channelHeartbeatInterval: 30 },
    },
  })
})

test("a profile's addresses are appended to those of [net], equal ones once, in any spelling", () => {
  const { settings } = settingsFromTable({
    active_profiles: ["tcp"],
    peers: ["tcp://a.example:1", "tcp://b.example:2"],
    profiles: { tcp: { peers: ["TCP://B.example:2/", "tcp://c.example:3"] } },
  })
  expect(settings.peers).toEqual(["tcp://a.example:1/", "tcp://b.example:2/", "tcp://c.example:3/"])
})

test("a profile that is not active, or that is mixed, is checked but not used", () => {
  const tor = { peers: ["tor://example.onion:1"], outbound_connect_timeout: 7 }
  const inactive = settingsFromTable({ profiles: { tor } }).settings
  expect([inactive.peers, inactive.profiles]).toEqual([[], {}])
  const mixed = settingsFromTable({ active_profiles: ["tor"], mixed_profiles: ["tor"], profiles: { tor } }).settings
  expect([mixed.peers, mixed.profiles]).toEqual([[], {}])
  expect(() => settingsFromTable({ profiles: { tor: { peers: "x" } } })).toThrow(/^peers in \[net\.profiles\."tor"\]/)
})

test("an active profile without a table is an error, unless it is mixed or the command line names it", () => {
  const error = errorOf(() => settingsFromTable({ active_profiles: ["tor"] }))
  expect(error.code).toBe("no-profile")
  expect(error.message).toBe('active_profiles in [net] names tor, which has no table; add [net.profiles."tor"]')
  expect(settingsFromTable({ active_profiles: ["tcp"], mixed_profiles: ["tcp"] }).settings.profiles).toEqual({})
  const flags = { activeProfiles: ["tor"] }
  expect(settingsFromTable({}, { flags }).settings).toMatchObject({ activeProfiles: ["tor"], profiles: { tor: {} } })
})

test("the command line wins over the file, a list over the whole list", () => {
  const flags = { seeds: ["tcp://127.0.0.1:9/"], outboundConnections: 1, localnet: true }
  const { settings } = settingsFromTable(EXAMPLE, { flags })
  expect(settings).toMatchObject({ ...flags, inboundConnections: 16, inboundAddrs: ["tcp://127.0.0.1:31448/"] })
  expect(settings.seeds).toEqual(flags.seeds)
})

test("what neither file nor command line say comes from the given defaults", () => {
  const defaults = { ...defaultSettings, appName: "dchatd", outboundConnections: 5 }
  const { settings } = settingsFromTable({ inbound_connections: 3 }, { defaults })
  expect(settings).toEqual({ ...defaults, inboundConnections: 3 })
})

test("reading changes neither the defaults nor the table", () => {
  const before = structuredClone(defaultSettings)
  const table = structuredClone(EXAMPLE)
  settingsFromTable(table, { flags: { seeds: [] } })
  expect(defaultSettings).toEqual(before)
  expect(table).toEqual(EXAMPLE)
})

test("unknown keys are warnings with the nearest known name", () => {
  const { warnings } = settingsFromTable({
    external_addr: ["tcp://127.0.0.1:1"],
    zzz: 1,
    profiles: { tpc: {}, tcp: { inbuond: [] } },
  })
  expect(warnings).toEqual([
    "external_addr in [net] is unknown and has no effect; did you mean external_addrs?",
    "zzz in [net] is unknown and has no effect",
    "tpc in [net.profiles] is unknown and has no effect; did you mean tcp?",
    'inbuond in [net.profiles."tcp"] is unknown and has no effect; did you mean inbound?',
  ])
})

test("a timeout directly under [net] is a warning, as the reference ignores it", () => {
  const { settings, warnings } = settingsFromTable({ outbound_connect_timeout: 3 })
  expect(warnings).toEqual([
    'outbound_connect_timeout in [net] has no effect: it belongs into a profile, such as [net.profiles."tcp"]',
  ])
  expect(profileOf(settings, "tcp").connectTimeoutMs).toBe(15_000)
})

test.each([
  [{ inbound: "tcp://127.0.0.1:1" }, /^inbound in \[net\] is "tcp:.*", but must be a list/],
  [{ inbound: ["127.0.0.1:1"] }, /^inbound\[0\] in \[net\] is "127.0.0.1:1", but must be a URL/],
  [{ inbound: ["tor+tls://x.onion:1"] }, /schemes: tcp, tcp\+tls, tor, unix, quic$/],
  [{ peers: ["tcp://127.0.0.1:1", "tcp://127.0.0.1"] }, /^peers\[1\] in \[net\] is "tcp:\/\/127.0.0.1"/],
  [{ seeds: ["tcp://127.0.0.1:66000"] }, /^seeds\[0\]/],
  [{ seeds: ["http://127.0.0.1:80"] }, /^seeds\[0\]/],
  [{ peers: ["unix://host/path"] }, /^peers\[0\]/],
  [{ tor_socks5_proxy: "tcp://127.0.0.1:9050" }, /^tor_socks5_proxy in \[net\] .* socks5/],
  [{ magic_bytes: [1, 2, 3] }, /^magic_bytes in \[net\] is \[1,2,3\], but must be a list of 4 whole numbers/],
  [{ magic_bytes: [1, 2, 3, 256] }, /^magic_bytes\[3\] in \[net\] is 256, but must be a whole number from 0 to 255$/],
  [{ outbound_connections: -1 }, /^outbound_connections in \[net\] is -1, but must be a whole number from 0 to 65535$/],
  [{ outbound_connections: 1.5 }, /is 1.5/],
  [{ inbound_connections: "8" }, /is "8", but must be a whole number/],
  [{ known_peer_percent: 101 }, /from 0 to 100$/],
  [{ greylist_refinery_interval: 0 }, /above 0/],
  [{ time_with_no_connections: Infinity }, /is Infinity/],
  [{ localnet: "yes" }, /but must be true or false$/],
  [{ ban_policy: "harsh" }, /is "harsh", but must be one of strict, relaxed$/],
  [{ active_profiles: ["tpc"] }, /^active_profiles\[0\] in \[net\] is "tpc", but must be one of tcp, /],
  [{ blacklist: [["host", ["tcp"], [0]]] }, /^blacklist\[0\]\[2\]\[0\] in \[net\] is 0/],
  [{ blacklist: ["host"] }, /^blacklist\[0\] in \[net\] is "host", but must be \["host"/],
  [{ blacklist: [[]] }, /^blacklist\[0\]\[0\] in \[net\] is missing/],
  [{ hostlist: "" }, /^hostlist in \[net\] is "", but must be a path$/],
  [{ node_id: Object.create({ toISOString: () => "1979-05-27" }) }, /^node_id in \[net\] is a date/],
  [{ node_id: {} }, /^node_id in \[net\] is a table/],
  [{ profiles: [] }, /^profiles in \[net\] is \[\], but must be a table$/],
  [{ profiles: { tcp: 1 } }, /^tcp in \[net.profiles\] is 1, but must be a table$/],
  [{ profiles: { tcp: { channel_handshake_timeout: "1" } } }, /^channel_handshake_timeout in \[net.profiles."tcp"\]/],
])("%j is refused with key, value and what is allowed", (table, message) => {
  const error = errorOf(() => settingsFromTable(table))
  expect(error).toMatchObject({ code: "wrong-value", name: "SettingsError" })
  expect(error.message).toMatch(message)
  expect(error.message).not.toContain("\n")
})

test("a table that is not one is refused", () => {
  expect(() => settingsFromTable(3)).toThrow("net is 3, but must be a table")
})

test("whatever stands under a key, reading gives settings or a SettingsError that names the key", () => {
  const keys = SETTINGS.map(({ key }) => key)
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.anything(), (key, value) => {
      try {
        const { settings } = settingsFromTable({ [key]: value, profiles: {} })
        expect(Object.keys(settings)).toEqual(Object.keys(defaultSettings))
      } catch (error) {
        expect(error).toBeInstanceOf(SettingsError)
        expect((error as SettingsError).message.startsWith(key)).toBe(true)
      }
    }),
  )
})

test("whatever the tables are, reading ends in settings or a SettingsError", () => {
  fc.assert(
    fc.property(fc.object({ key: fc.constantFrom(...SETTINGS.map(({ key }) => key), "profiles", "tcp") }), (table) => {
      try {
        settingsFromTable(table)
      } catch (error) {
        expect(error).toBeInstanceOf(SettingsError)
      }
    }),
  )
})
