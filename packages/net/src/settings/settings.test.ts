import { expect, test } from "vitest"
import { defaultSettings, profileOf } from "./settings.ts"
import { SETTINGS } from "./table.ts"

test("a scheme without a profile has the clear net's timeouts, whatever it is", () => {
  const clearnet = { connectTimeoutMs: 15_000, handshakeTimeoutMs: 10_000, heartbeatMs: 30_000 }
  for (const scheme of ["tcp", "tor", "i2p", "toString"]) expect(profileOf(defaultSettings, scheme)).toEqual(clearnet)
})

test("a profile without timeouts has those of its kind", () => {
  const profiles = { tcp: {}, "tcp+tls": {}, quic: {}, tor: {}, socks5: {} }
  const times = Object.keys(profiles).map((scheme) => Object.values(profileOf({ profiles }, scheme)))
  const clearnet = [15_000, 10_000, 30_000]
  const slow = [65_000, 55_000, 90_000]
  expect(times).toEqual([clearnet, clearnet, clearnet, slow, slow])
})

test("a profile's own timeouts win, in milliseconds", () => {
  const profiles = { tor: { outboundConnectTimeout: 1, channelHeartbeatInterval: 0.5 } }
  expect(profileOf({ profiles }, "tor")).toEqual({
    connectTimeoutMs: 1000,
    handshakeTimeoutMs: 55_000,
    heartbeatMs: 500,
  })
})

test("each setting has one place in the table, but for those that come from the application or from the profiles", () => {
  const elsewhere = ["appName", "appVersion", "profiles"]
  const fields = [...SETTINGS.map(({ field }) => field), ...elsewhere]
  expect(fields.toSorted()).toEqual(Object.keys(defaultSettings).toSorted())
  expect(new Set(SETTINGS.map(({ key }) => key)).size).toBe(SETTINGS.length)
})

test("each default is allowed", () => {
  for (const { field, key, kind } of SETTINGS) {
    const value: unknown = defaultSettings[field]
    if (value === undefined) continue
    const inFile: unknown = value instanceof Uint8Array ? [...value] : value
    expect(kind.read(inFile, { key, table: "[net]" })).toEqual(value)
  }
})
