import { defaultSettings, type Settings } from "./settings.ts"
import { SETTINGS } from "./table.ts"

/** A flag of the command line that sets one of the settings. */
export interface SettingFlag {
  readonly field: keyof Settings
  /** The flag and what stands for its arguments, as help shows it: `--peers <url...>`. */
  readonly usage: string
  /** What it sets, in one line, with the default. */
  readonly meaning: string
  /** What is allowed, in words. */
  readonly allowed: string
  /**
   * The setting's value for one argument. A flag that takes several gets what its earlier arguments made as `before`.
   *
   * @throws SettingsError if the argument is not allowed.
   */
  readonly read: (argument: string, before: unknown) => unknown
}

/** The flags of all settings that have one (darkfi-net 8.1), in the order of the help. */
export const settingFlags: readonly SettingFlag[] = SETTINGS.flatMap(({ field, meaning, flag }) => {
  if (flag === undefined) return []
  const { name, kind } = flag
  return {
    field,
    usage: kind.argument === "" ? name : `${name} ${kind.argument}`,
    meaning: `${meaning}${showDefault(defaultSettings[field])}`,
    allowed: kind.allowed,
    read: (argument, before) => kind.readArgument(argument, before, { key: name, table: "" }),
  }
})

function showDefault(value: unknown): string {
  return typeof value === "number" || typeof value === "string" ? ` (default ${value})` : ""
}
