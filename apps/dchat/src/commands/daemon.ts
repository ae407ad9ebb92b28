import { basename, dirname } from "node:path"
import type { Settings } from "@dchat/net"
import { logTo, type Runtime } from "@dchat/runtime"
import { DirectoryStore } from "@dchat/runtime/node"
import { whenCancelled } from "@dchat/task"
import { Option } from "commander"
import { destination } from "pino"
import { type AddCommand, newCommand } from "../cli/command.ts"
import { Failure, messageOf } from "../cli/failure.ts"
import { addSettingOptions, givenSettings, rpcOption } from "../cli/options.ts"
import type { Shell } from "../cli/shell.ts"
import { type Config, type ConfigFlags, loadConfig } from "../config/load.ts"
import { expandHome } from "../config/location.ts"
import { DEFAULT_RPC_URL } from "../config/rpc.ts"
import { Daemon } from "../daemon/daemon.ts"
import { type ReloadContext, reloadWhenTold } from "../daemon/reloading.ts"
import { levelOf, type LogFormat, logSink } from "../log/sink.ts"

interface DaemonOptions {
  readonly config?: string
  readonly rpcListen?: string
  readonly rpcDisabledMethods?: readonly string[]
  readonly log?: string
  readonly logFormat: LogFormat
  readonly verbose: number
}

const RELOAD_HELP = `
At SIGHUP the daemon reads the configuration file again, unless it runs in a terminal: then SIGHUP stops it, as SIGINT and
SIGTERM do.`

/** `dchat daemon`. */
export const addDaemonCommand: AddCommand = (program, shell) => {
  const command = newCommand(program, "daemon", "run a node of the network, which the other commands talk to")
    .option(
      "-c, --config <file>",
      "configuration, TOML (default ~/.config/dchat/dchatd_config.toml, written if missing)",
    )
    .option("-l, --log <file>", "append the log to this file too")
    .addOption(new Option("--log-format <format>", "how log lines look").choices(["text", "json"]).default("text"))
    .addOption(rpcOption("--rpc-listen <url>", `where to take JSON-RPC (default ${DEFAULT_RPC_URL})`))
    .option("--rpc-disabled-methods <names>", "methods to answer as unknown, separated by commas", splitAtCommas)
  command.addHelpText("after", RELOAD_HELP)
  addSettingOptions(command).action(async (options: DaemonOptions) => {
    const flags = flagsOf(options)
    using reloads = shell.reloads()
    const config = await loadConfig(flags, shell)
    const log = logTo(logSink(shell.runtime.clock, logOptions(options, shell)))
    if (config.isNew) log.info(`Wrote a configuration file to begin with: ${config.path}`)
    for (const warning of config.warnings) log.warn(`${config.path}: ${warning}`)
    // The file that was read: another is not written in its place when it is gone.
    const read = (): Promise<Config> => loadConfig({ ...flags, path: config.path }, shell)
    await runDaemon(config, { ...shell, runtime: { ...shell.runtime, log } }, { requests: reloads, read })
  })
}

async function runDaemon(
  config: Config,
  shell: Pick<Shell, "runtime" | "stopSignal" | "announce">,
  reloads: Pick<ReloadContext, "requests" | "read">,
): Promise<void> {
  const { stopSignal } = shell
  const { net, runtime } = withHostFile(config.net, shell.runtime)
  const daemon = await Daemon.create({ ...config, net }, runtime)
  void reloadWhenTold(config, { ...reloads, daemon, log: runtime.log })
  try {
    shell.announce(await daemon.start({ signal: stopSignal }))
    await new Promise((resolve) => whenCancelled(stopSignal, resolve))
  } catch (error) {
    if (!stopSignal.aborted) throw error
  } finally {
    await daemon.stop()
  }
}

/** The network keeps its hosts under a name in a store; people give the path of a file, so the store is that file's folder. */
function withHostFile(net: Settings, runtime: Runtime): { readonly net: Settings; readonly runtime: Runtime } {
  if (net.hostlist === undefined) return { net, runtime }
  return {
    net: { ...net, hostlist: basename(net.hostlist) },
    runtime: { ...runtime, store: new DirectoryStore(dirname(net.hostlist)) },
  }
}

function flagsOf(options: DaemonOptions): ConfigFlags {
  const { config, rpcListen, rpcDisabledMethods } = options
  return {
    ...(config !== undefined && { path: config }),
    rpc: {
      ...(rpcListen !== undefined && { listen: rpcListen }),
      ...(rpcDisabledMethods !== undefined && { disabledMethods: rpcDisabledMethods }),
    },
    net: givenSettings({ ...options }),
  }
}

function logOptions({ log: path, logFormat: format, verbose }: DaemonOptions, shell: Shell) {
  const file = path === undefined ? undefined : openLog(expandHome(path, shell))
  const write = (line: string): void => {
    shell.out(line)
    file?.write(line)
  }
  return { format, level: levelOf(verbose), write }
}

function openLog(path: string): { write(line: string): unknown } {
  try {
    return destination({ dest: path, append: true, sync: true })
  } catch (error) {
    throw new Failure(`${path}: cannot be opened for the log: ${messageOf(error)}`, { cause: error })
  }
}

function splitAtCommas(text: string): string[] {
  return text.split(",").filter((name) => name !== "")
}
