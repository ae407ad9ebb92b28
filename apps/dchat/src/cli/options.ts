import { type SettingFlag, settingFlags, type Settings, SettingsError } from "@dchat/net/settings"
import { type Command, InvalidArgumentError, Option } from "commander"
import { rpcUrl } from "../config/rpc.ts"

/** An option whose argument is read by `read`, whose {@link SettingsError} becomes an error of usage. */
function checkedOption(flags: string, description: string, read: (argument: string, before: unknown) => unknown) {
  return new Option(flags, description).argParser((argument, before: unknown) => {
    try {
      return read(argument, before)
    } catch (error) {
      if (error instanceof SettingsError) throw new InvalidArgumentError(`It must be ${error.allowed}`)
      throw error
    }
  })
}

/** An option that takes the URL of an RPC server. */
export function rpcOption(flags: string, description: string): Option {
  return checkedOption(flags, description, (argument) =>
    rpcUrl.readArgument(argument, undefined, { key: flags, table: "" }),
  )
}

/** Adds the options of all settings of the network. */
export function addSettingOptions(command: Command): Command {
  for (const { usage, meaning, read } of settingFlags) command.addOption(checkedOption(usage, meaning, read))
  return command
}

/** The settings that were given as options. */
export function givenSettings(options: Readonly<Record<string, unknown>>): Partial<Settings> {
  const given = settingFlags.filter((flag) => options[attributeOf(flag)] !== undefined)
  return Object.fromEntries(given.map((flag) => [flag.field, options[attributeOf(flag)]]))
}

function attributeOf({ usage }: SettingFlag): string {
  return new Option(usage).attributeName()
}
