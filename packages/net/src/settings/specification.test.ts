import { expect, test } from "vitest"
import { SettingsError } from "./error.ts"
import { defaultSettings, profileOf, type Settings } from "./settings.ts"
import { SETTINGS } from "./table.ts"
import { settingsFromTable } from "./toml.ts"

// The tables of darkfi-net 8.1 and 8.2, row by row.

interface Row {
  readonly key: string
  readonly flag?: string
  readonly default: unknown
  /** A value that is allowed, and one that is not. */
  readonly good: unknown
  readonly bad: unknown
}

const TABLE: readonly Row[] = [
  { key: "node_id", default: "", good: "me", bad: 1 },
  { key: "inbound", flag: "--accept", default: [], good: ["tcp://127.0.0.1:1/"], bad: ["nowhere"] },
  { key: "external_addrs", flag: "--external-addrs", default: [], good: ["tcp://198.51.100.7:1/"], bad: "tcp://a:1" },
  { key: "peers", flag: "--peers", default: [], good: ["tcp://a.example:1/"], bad: ["tcp://a.example"] },
  { key: "seeds", flag: "--seeds", default: [], good: ["tcp://a.example:1/"], bad: [7] },
  { key: "magic_bytes", default: Uint8Array.of(217, 239, 182, 125), good: [1, 2, 3, 4], bad: [1, 2, 3] },
  { key: "active_profiles", flag: "--network-profiles", default: [], good: ["tcp"], bad: ["carrier-pigeon"] },
  { key: "mixed_profiles", flag: "--mixed-profiles", default: [], good: ["tcp"], bad: "tcp" },
  { key: "tor_socks5_proxy", flag: "--tor-socks5-proxy", default: undefined, good: "socks5://a:1/", bad: "tcp://a:1" },
  { key: "nym_socks5_proxy", flag: "--nym-socks5-proxy", default: undefined, good: "socks5://a:1/", bad: "tcp://a:1" },
  {
    key: "i2p_socks5_proxy",
    flag: "--i2p-socks5-proxy",
    default: "socks5://127.0.0.1:4447/",
    good: "socks5://a:1/",
    bad: 4447,
  },
  { key: "outbound_connections", flag: "--outbound-slots", default: 8, good: 3, bad: -1 },
  { key: "inbound_connections", flag: "--inbound-slots", default: 8, good: 3, bad: 1.5 },
  { key: "localnet", flag: "--localnet", default: false, good: true, bad: "yes" },
  { key: "outbound_peer_discovery_cooloff_time", default: 30, good: 3, bad: 0 },
  { key: "outbound_peer_discovery_attempt_time", default: 5, good: 3, bad: "5" },
  { key: "getaddrs_max", default: undefined, good: 3, bad: 2 ** 32 },
  { key: "p2p_datastore", flag: "--p2p-datastore", default: undefined, good: "~/p2p", bad: "" },
  { key: "hostlist", flag: "--hostlist", default: undefined, good: "~/hosts.tsv", bad: "" },
  { key: "greylist_refinery_interval", default: 15, good: 3, bad: -15 },
  { key: "known_peer_percent", default: 70, good: 3, bad: 101 },
  { key: "disable_greys", flag: "--disable-greys", default: false, good: true, bad: 1 },
  { key: "time_with_no_connections", default: 30, good: 3, bad: null },
  {
    key: "blacklist",
    default: [],
    good: [["bad.example", ["tcp"], [9600]]],
    bad: [["bad.example", ["tcp"], [70_000]]],
  },
  { key: "ban_policy", default: "strict", good: "relaxed", bad: "harsh" },
]

/** What stands in a file for a setting. */
function inFile(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value]
  const entries = value as Settings["blacklist"]
  return Array.isArray(value) && typeof entries[0] === "object"
    ? entries.map(({ host, schemes, ports }) => [host, schemes, ports])
    : value
}

test("the table has every setting, and every setting is in the table; name and version come from the application", () => {
  expect(SETTINGS.map(({ key }) => key).toSorted()).toEqual(TABLE.map(({ key }) => key).toSorted())
  const { warnings } = settingsFromTable({ app_name: "x", app_version: "1.0.0" })
  expect(warnings).toEqual([
    "app_name in [net] is unknown and has no effect",
    "app_version in [net] is unknown and has no effect",
  ])
})

test.each(TABLE)("$key has its flag, its default, and takes what is allowed", (row) => {
  const setting = SETTINGS.find(({ key }) => key === row.key)!
  expect(setting.flag?.name).toBe(row.flag)
  expect(defaultSettings[setting.field]).toEqual(row.default)
  const profiles = { tcp: {} }
  const { settings, warnings } = settingsFromTable({ [row.key]: row.good, profiles })
  expect(inFile(settings[setting.field])).toEqual(row.good)
  expect(warnings).toEqual([])
})

test.each(TABLE)("$key refuses what is not allowed, and names key, value and what is", ({ key, bad }) => {
  let error: unknown
  try {
    settingsFromTable({ [key]: bad })
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(SettingsError)
  const { message, allowed } = error as SettingsError
  let innermost = bad
  while (Array.isArray(innermost) && key !== "magic_bytes") innermost = innermost.at(-1)
  expect(message).toMatch(new RegExp(`^${key}[[\\]0-9]* in \\[net\\] is `))
  expect(message).toContain(JSON.stringify(innermost))
  expect(message).toContain(`must be ${allowed}`)
})

test.each(TABLE)("$key with a letter missing is a warning that names it", ({ key }) => {
  const { warnings } = settingsFromTable({ [key.slice(0, 1) + key.slice(2)]: 1 })
  expect(warnings).toEqual([expect.stringContaining(`; did you mean ${key}?`)])
})

test.each([
  ["tcp", [15, 10, 30]],
  ["tcp+tls", [15, 10, 30]],
  ["quic", [15, 10, 30]],
  ["tor", [65, 55, 90]],
  ["i2p", [65, 55, 90]],
  ["socks5", [65, 55, 90]],
  ["unix", [65, 55, 90]],
])("a profile for %s has its timeouts, each of which the file may change", (scheme, [connect = 0, ...others]) => {
  const read = (profile: object) =>
    profileOf(settingsFromTable({ active_profiles: [scheme], profiles: { [scheme]: profile } }).settings, scheme)
  expect(Object.values(read({}))).toEqual([connect, ...others].map((seconds) => seconds * 1000))
  const keys = ["outbound_connect_timeout", "channel_handshake_timeout", "channel_heartbeat_interval"]
  const changed = keys.map((key, i) => Object.values(read({ [key]: 7 }))[i])
  expect(changed).toEqual([7000, 7000, 7000])
})
