import type { Log } from "@dchat/runtime"
import { Failure } from "../cli/failure.ts"
import type { Config } from "../config/load.ts"
import { afterReload, planReload, type Reload, type Running } from "../config/reload.ts"
import type { Daemon } from "./daemon.ts"

/** What {@link reloadWhenTold} works with. */
export interface ReloadContext {
  /** Each item is a request to read the configuration again. */
  readonly requests: AsyncIterable<unknown>
  /** Reads the configuration as at the start. */
  readonly read: () => Promise<Config>
  readonly daemon: Pick<Daemon, "reload">
  readonly log: Log
}

/**
 * Has a daemon go by its configuration file as it stands at each request. What is wrong with the file is told in the log, and
 * leaves everything as it is. Ends with the requests.
 *
 * @param running What the daemon was made with.
 */
export async function reloadWhenTold(running: Running, { requests, read, daemon, log }: ReloadContext): Promise<void> {
  let inUse = running
  for await (const _ of requests) {
    try {
      const config = await read()
      const plan = planReload(inUse, config)
      daemon.reload(plan)
      inUse = afterReload(inUse, plan)
      tell(config, plan, log)
    } catch (error) {
      const why = error instanceof Failure ? error.message : "the configuration could not be applied"
      log.error(`${why}; nothing has changed`, error instanceof Failure ? {} : { error })
    }
  }
}

function tell({ path, warnings }: Config, { changed, needsRestart }: Reload, log: Log): void {
  for (const warning of warnings) log.warn(`${path}: ${warning}`)
  log.info(`Read ${path} again: ${changed.length === 0 ? "nothing has changed" : `changed ${changed.join(", ")}`}`)
  if (needsRestart.length > 0) log.warn(`${path}: ${needsRestart.join(", ")}: only a restart changes that`)
}
