import { mkdir, readFile, writeFile } from "node:fs/promises"
import { basename, dirname, resolve } from "node:path"
import { defaultSettings, type Settings, SettingsError, settingsFromTable, unknownKeys } from "@dchat/net/settings"
import { checkStoreName } from "@dchat/runtime"
import { parseSemVer } from "@dchat/wire"
import { parse, TomlError } from "smol-toml"
import { Failure, messageOf } from "../cli/failure.ts"
import { defaultConfigPath, expandHome, type Home } from "./location.ts"
import { readRpcTable, RPC_KEYS, type RpcSettings } from "./rpc.ts"
import { CONFIG_TEMPLATE } from "./template.ts"

/** What the command line says of the daemon's configuration. */
export interface ConfigFlags {
  /** The file; without it the default one, which is written if it is not there. */
  readonly path?: string
  readonly rpc?: Partial<RpcSettings>
  readonly net?: Partial<Settings>
}

/** The daemon's configuration: file and command line together. */
export interface Config {
  /** The file that was read, absolute. */
  readonly path: string
  /** Whether the file was not there and has been written. */
  readonly isNew: boolean
  readonly rpc: RpcSettings
  readonly net: Settings
  /** One line each: what in the file has no effect. */
  readonly warnings: readonly string[]
}

/**
 * What a node says it is: the reference's daemon, whatever our own package's version is, so that each takes the other
 * for one of its kind (darkfi-net 5.7).
 */
const NODE_DEFAULTS: Settings = { ...defaultSettings, appName: "dchatd", appVersion: parseSemVer("0.4.1") }

/** Reads the daemon's configuration. Throws a {@link Failure} that names the file and what is wrong with it. */
export async function loadConfig(flags: ConfigFlags, home: Home): Promise<Config> {
  const isDefault = flags.path === undefined
  const path = isDefault ? defaultConfigPath(home) : resolve(expandHome(flags.path, home))
  const isNew = isDefault && (await writeTemplate(path))
  const file = parseToml(await readText(path), path)
  try {
    const rpc = readRpcTable(file["rpc"], flags.rpc)
    const net = settingsFromTable(file["net"], { flags: flags.net ?? {}, defaults: NODE_DEFAULTS })
    const warnings = [...strayKeys(file), ...rpc.warnings, ...net.warnings]
    const settings = expandPaths(net.settings, home)
    if (settings.hostlist !== undefined) checkHostFile(settings.hostlist)
    return { path, isNew, rpc: rpc.settings, net: settings, warnings }
  } catch (error) {
    if (error instanceof SettingsError) throw new Failure(`${path}: ${error.message}`, { cause: error })
    throw error
  }
}

/** Writes the template unless there is a file already. Returns whether it did. */
async function writeTemplate(path: string): Promise<boolean> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, CONFIG_TEMPLATE, { flag: "wx" })
    return true
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false
    throw fileFailure(error, path, "written")
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    throw fileFailure(error, path, "read")
  }
}

function parseToml(text: string, path: string): Readonly<Record<string, unknown>> {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [reason = ""] = error.message.split("\n")
    const what = reason.replace("Invalid TOML document: ", "")
    throw new Failure(`${path}: not TOML at line ${error.line}, column ${error.column}: ${what}`, { cause: error })
  }
}

function strayKeys(file: Readonly<Record<string, unknown>>): string[] {
  const misplaced = RPC_KEYS.filter((key) => Object.hasOwn(file, key))
  return [
    ...misplaced.map((key) => `${key} at the top has no effect: it belongs into the table [rpc]`),
    ...unknownKeys(file, ["rpc", "net", ...misplaced], "the file"),
  ]
}

function expandPaths(settings: Settings, home: Home): Settings {
  const { hostlist, p2pDatastore } = settings
  return {
    ...settings,
    hostlist: hostlist === undefined ? undefined : expandHome(hostlist, home),
    p2pDatastore: p2pDatastore === undefined ? undefined : expandHome(p2pDatastore, home),
  }
}

/** The network keeps its hosts under a name in a store: the last part of the path. */
function checkHostFile(path: string): void {
  try {
    checkStoreName(basename(path))
  } catch (error) {
    const allowed = 'letters of the English alphabet, digits, ".", "_" and "-"'
    throw new Failure(
      `hostlist is ${JSON.stringify(path)}: its hosts cannot be kept in a file of that name; name it with ${allowed}`,
      { cause: error },
    )
  }
}

function fileFailure(error: unknown, path: string, verb: "read" | "written"): Failure {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: `${path}: there is no such file; check the path, or leave --config away for the default one`,
    EACCES: `${path}: cannot be ${verb}: permission denied; check who owns it`,
    EISDIR: `${path}: is a folder, not a configuration file`,
    ENOTDIR: `${path}: a part of this path is a file, not a folder`,
  }
  const reason = reasons[codeOf(error) ?? ""] ?? `${path}: cannot be ${verb}: ${messageOf(error)}`
  return new Failure(reason, { cause: error })
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined
}
