import { type Place, SettingsError, wrongValue } from "./error.ts"
import { type Kind, hostAlone, list, seconds, text } from "./kind.ts"
import { defaultSettings, type Settings } from "./settings.ts"
import { PROFILE_TIMEOUTS, SETTINGS } from "./table.ts"
import { nearestName } from "./unknown-keys.ts"

/** Settings as a program gives them: the compiler has looked at them, but not every program has one. */
type Given = Readonly<Record<string, unknown>>

const texts = list(text)

function that(allowed: string, accept: (value: unknown) => boolean): Kind<unknown> {
  return {
    allowed,
    read(value, place) {
      if (!accept(value)) throw wrongValue(place, value, allowed)
      return value
    },
  }
}

function isObject(value: unknown): value is Given {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** What programs write otherwise than files do, and what transports of others widen: their schemes are not ours. */
const IN_PROGRAMS: Readonly<Record<string, Kind<unknown>>> = {
  appName: text,
  appVersion: that(
    'a version such as { major: 0n, minor: 1n, patch: 0n, pre: "", build: "" }',
    (value) =>
      isObject(value) &&
      ["major", "minor", "patch"].every((part) => typeof value[part] === "bigint" && value[part] >= 0n),
  ),
  inboundAddrs: texts,
  externalAddrs: texts,
  peers: texts,
  seeds: texts,
  activeProfiles: texts,
  mixedProfiles: texts,
  magicBytes: that("a Uint8Array of 4 bytes", (value) => value instanceof Uint8Array),
  blacklist: that(
    'a list, each element { host: "name", schemes: [], ports: [] }',
    (value) =>
      Array.isArray(value) &&
      value.every(
        (entry: unknown) =>
          isObject(entry) &&
          typeof entry["host"] === "string" &&
          hostAlone(entry["host"]) !== undefined &&
          Array.isArray(entry["schemes"]) &&
          Array.isArray(entry["ports"]),
      ),
  ),
  profiles: that("an object that has for each scheme an object of timeouts", isObject),
}

const KINDS = new Map<string, Kind<unknown>>([
  ...SETTINGS.map(({ field, kind }) => [field, kind] as const),
  ...Object.entries(IN_PROGRAMS),
])

/**
 * Looks at settings that a program has made, as a file's are looked at when it is read.
 *
 * @throws {SettingsError} for the first value that is not allowed, or a name that is none
 */
export function checkSettings(settings: Settings): void {
  for (const [field, value] of Object.entries(settings)) {
    const kind = KINDS.get(field)
    if (kind === undefined) throw unknownSetting(field, value)
    const mayBeMissing = defaultSettings[field as keyof Settings] === undefined
    if (value !== undefined || !mayBeMissing) kind.read(value, named(field))
  }
  for (const [scheme, profile] of Object.entries(settings.profiles as Given)) checkProfile(scheme, profile)
}

function checkProfile(scheme: string, profile: unknown): void {
  const name = `profiles["${scheme}"]`
  if (!isObject(profile)) throw wrongValue(named(name), profile, "an object of timeouts")
  const fields = PROFILE_TIMEOUTS.map(({ field }) => field as string)
  for (const [field, value] of Object.entries(profile)) {
    if (!fields.includes(field)) throw unknownSetting(`${name}.${field}`, value, fields, field)
    if (value !== undefined) seconds.read(value, named(`${name}.${field}`))
  }
}

function named(key: string): Place {
  return { key, table: "" }
}

function unknownSetting(
  key: string,
  value: unknown,
  names: readonly string[] = Object.keys(defaultSettings),
  name = key,
): SettingsError {
  const nearest = nearestName(name, names)
  const hint = nearest === undefined ? `there are ${names.join(", ")}` : `did you mean ${nearest}?`
  return new SettingsError("unknown", `${key} is no setting; ${hint}`, {
    place: named(key),
    value,
    allowed: names.join(", "),
  })
}
