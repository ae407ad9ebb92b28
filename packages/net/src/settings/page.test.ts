import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { defaultSettings, type ProfileSettings, profileOf } from "./settings.ts"
import { PROFILE_TIMEOUTS, SETTINGS } from "./table.ts"

const page = readFileSync(new URL("../../../../docs/net-settings.md", import.meta.url), "utf8")

/** The cells of each row that begins with a name in back-ticks, without these. */
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")))

/** A default as the page shows it. */
function shown(value: unknown): string {
  if (value instanceof Uint8Array) return [...value].map((byte) => byte.toString(16).padStart(2, "0")).join(" ")
  if (value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return "none"
  if (value === defaultSettings.appVersion) return "0.5.0"
  return typeof value === "object" ? "none" : `${value as string | number | boolean}`
}

test("the page of the settings has each of them, with its key, its flag and its default", () => {
  for (const [field, value] of Object.entries(defaultSettings)) {
    const setting = SETTINGS.find((one) => one.field === field)
    const [, , key, flag, standard, meaning = ""] = rows.find(([, name]) => name === field) ?? []
    expect([field, key, flag, standard]).toEqual([field, setting?.key ?? "", setting?.flag?.name ?? "", shown(value)])
    expect(meaning).not.toBe("")
  }
  expect(rows).toHaveLength(Object.keys(defaultSettings).length + PROFILE_TIMEOUTS.length)
})

test("so it has the timeouts of profiles", () => {
  const seconds = (scheme: string, field: keyof ProfileSettings): string => {
    const profile = profileOf({ profiles: { [scheme]: {} } }, scheme)
    const ms = {
      outboundConnectTimeout: profile.connectTimeoutMs,
      channelHandshakeTimeout: profile.handshakeTimeoutMs,
      channelHeartbeatInterval: profile.heartbeatMs,
    }[field]
    return String(ms / 1000)
  }
  for (const { field, key } of PROFILE_TIMEOUTS) {
    const row = rows.find(([, name]) => name === field)
    expect(row?.slice(2, 5)).toEqual([key, seconds("tcp", field), seconds("tor", field)])
  }
})
