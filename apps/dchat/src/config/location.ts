import { join } from "node:path"

/** Where a program finds its user's files. */
export interface Home {
  /** The user's home folder. */
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The configuration file that is read when none is named: `$XDG_CONFIG_HOME` or `~/.config`, then `dchat/`. */
export function defaultConfigPath({ home, env }: Home): string {
  const xdg = env["XDG_CONFIG_HOME"]
  return join(xdg === undefined || xdg === "" ? join(home, ".config") : xdg, "dchat", "dchatd_config.toml")
}

/** A path with a leading `~/` replaced by the home folder. */
export function expandHome(path: string, { home }: Pick<Home, "home">): string {
  return path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : path
}
