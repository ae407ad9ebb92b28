import { isTable, type Place, SettingsError, wrongValue } from "./error.ts"
import { checkIntroduction } from "./introduction.ts"
import { seconds } from "./kind.ts"
import { defaultSettings, type ProfileSettings, type Settings } from "./settings.ts"
import { ADDRESS_FIELDS, PROFILE_TIMEOUTS, type Setting, SETTINGS } from "./table.ts"
import { unknownKeys } from "./unknown-keys.ts"
import { DIAL_SCHEMES } from "./url.ts"

/** What goes with the table of {@link settingsFromTable}. */
export interface SettingsFromTableOptions {
  /** Settings of the command line. They win over the table, a list over the whole list. */
  readonly flags?: Partial<Settings>
  /** What neither the flags nor the table say. Default {@link defaultSettings}. */
  readonly defaults?: Settings
}

/** What {@link settingsFromTable} made of the table, and what it wondered about. */
export interface SettingsFromTable {
  readonly settings: Settings
  /** One line each: keys that nobody knows or that have no effect. */
  readonly warnings: readonly string[]
}

/** A TOML table, parsed. */
type Table = Readonly<Record<string, unknown>>
type Values = { -readonly [F in keyof Settings]?: Settings[F] }

/** A profile's table, read. */
interface Profile {
  readonly addresses: Values
  readonly timeouts: ProfileSettings
}

const NET = "[net]"
const TIMEOUT_KEYS = PROFILE_TIMEOUTS.map(({ key }) => key)
const PROFILE_ADDRESSES = SETTINGS.filter(({ field }) => ADDRESS_FIELDS.some((address) => address === field))
const PROFILE_KEYS = [...PROFILE_ADDRESSES.map(({ key }) => key), ...TIMEOUT_KEYS]
const NET_KEYS = [...SETTINGS.map(({ key }) => key), "profiles"]

/**
 * Reads the `[net]` table of a TOML file (darkfi-net 8.1, 8.2), parsed already.
 *
 * The address lists of the profiles that are active and not mixed are appended to those of the table. Such a profile
 * needs a table of its own, unless it is the command line that names it.
 *
 * @param table The parsed table; `undefined` when the file has none.
 * @throws {@link SettingsError} for the first value that is not allowed.
 */
export function settingsFromTable(table: unknown, options: SettingsFromTableOptions = {}): SettingsFromTable {
  const { flags = {}, defaults = defaultSettings } = options
  const net = asTable(table ?? {}, { key: "net", table: "" })
  const profileTables = asTable(net["profiles"] ?? {}, { key: "profiles", table: NET })

  const values: Values = readValues(net, SETTINGS, NET)
  const misplaced = TIMEOUT_KEYS.filter((key) => Object.hasOwn(net, key))
  const warnings = [
    ...misplaced.map(
      (key) => `${key} in ${NET} has no effect: it belongs into a profile, such as ${profileName("tcp")}`,
    ),
    ...unknownKeys(net, [...NET_KEYS, ...TIMEOUT_KEYS], NET),
    ...unknownKeys(profileTables, DIAL_SCHEMES, "[net.profiles]"),
  ]
  const profiles = new Map<string, Profile>()
  for (const [scheme, value] of Object.entries(profileTables)) {
    const profile = asTable(value, { key: scheme, table: "[net.profiles]" })
    profiles.set(scheme, readProfile(profile, profileName(scheme)))
    warnings.push(...unknownKeys(profile, PROFILE_KEYS, profileName(scheme)))
  }

  const merged = { ...defaults, ...values }
  const { activeProfiles, mixedProfiles } = { ...merged, ...flags }
  const timeouts: Record<string, ProfileSettings> = {}
  for (const scheme of activeProfiles.filter((active) => !mixedProfiles.includes(active))) {
    const profile = profiles.get(scheme)
    if (profile === undefined && flags.activeProfiles === undefined) throw missingProfile(scheme)
    timeouts[scheme] = profile?.timeouts ?? {}
    for (const field of ADDRESS_FIELDS) {
      merged[field] = [...new Set([...merged[field], ...(profile?.addresses[field] ?? [])])]
    }
  }
  const settings: Settings = { ...merged, ...flags, profiles: timeouts }
  checkIntroduction(settings, (field) => SETTINGS.find((setting) => setting.field === field)?.key ?? field)
  return { settings, warnings }
}

function readProfile(table: Table, name: string): Profile {
  const timeouts: { -readonly [F in keyof ProfileSettings]: number } = {}
  for (const { key, field } of PROFILE_TIMEOUTS) {
    if (Object.hasOwn(table, key)) timeouts[field] = seconds.read(table[key], { key, table: name })
  }
  return { addresses: readValues(table, PROFILE_ADDRESSES, name), timeouts }
}

function readValues(table: Table, settings: readonly Setting[], name: string): Values {
  const present = settings.filter(({ key }) => Object.hasOwn(table, key))
  return Object.fromEntries(present.map(({ field, key, kind }) => [field, kind.read(table[key], { key, table: name })]))
}

function missingProfile(scheme: string): SettingsError {
  const message = `active_profiles in ${NET} names ${scheme}, which has no table; add ${profileName(scheme)}`
  const place = { key: "active_profiles", table: NET }
  return new SettingsError("no-profile", message, { place, value: scheme, allowed: "profiles that have a table" })
}

function profileName(scheme: string): string {
  return `[net.profiles."${scheme}"]`
}

function asTable(value: unknown, place: Place): Table {
  if (!isTable(value)) throw wrongValue(place, value, "a table")
  return value
}
