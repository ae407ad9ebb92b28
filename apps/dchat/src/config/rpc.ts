import { isTable, list, text, unknownKeys, url, wrongValue } from "@dchat/net/settings"

/** The `[rpc]` table (darkfi-rpc-and-apps 2.6). */
export interface RpcSettings {
  /** Where the daemon takes JSON-RPC. */
  readonly listen: string
  /** Methods that are answered as if they did not exist. */
  readonly disabledMethods: readonly string[]
}

/** Where the daemon takes JSON-RPC, and where the commands look for it, unless told otherwise. */
export const DEFAULT_RPC_URL = "tcp://127.0.0.1:51054"

/** The keys of the table. */
export const RPC_KEYS = ["rpc_listen", "rpc_disabled_methods"]

const anyUrl = url(["tcp", "unix"], DEFAULT_RPC_URL)

/** What an RPC address is. It is kept as people write it, without the slash that addresses of peers end with. */
export const rpcUrl: typeof anyUrl = {
  ...anyUrl,
  read: (value, place) => withoutSlash(anyUrl.read(value, place)),
  readArgument: (argument, before, place) => withoutSlash(anyUrl.readArgument(argument, before, place)),
}

const methods = list(text)
const RPC = "[rpc]"

/**
 * Reads the `[rpc]` table of a configuration file, parsed already.
 *
 * @param flags What the command line says; it wins.
 * @throws SettingsError for a value that is not allowed.
 */
export function readRpcTable(
  table: unknown,
  flags: Partial<RpcSettings> = {},
): { readonly settings: RpcSettings; readonly warnings: readonly string[] } {
  const rpc = table ?? {}
  if (!isTable(rpc)) throw wrongValue({ key: "rpc", table: "" }, rpc, "a table")
  const { rpc_listen: listen = DEFAULT_RPC_URL, rpc_disabled_methods: disabled = [] } = rpc
  const settings = {
    listen: rpcUrl.read(listen, { key: "rpc_listen", table: RPC }),
    disabledMethods: methods.read(disabled, { key: "rpc_disabled_methods", table: RPC }),
    ...flags,
  }
  return { settings, warnings: unknownKeys(rpc, RPC_KEYS, RPC) }
}

/** Whether nobody but programs of this computer can connect to an RPC address. */
export function isOfThisComputer(listen: string): boolean {
  return /^(?:unix:|tcp:\/\/(?:127\.|\[::1\]|localhost[:/]))/.test(listen)
}

function withoutSlash(href: string): string {
  return href.replace(/^(tcp:.*)\/$/, "$1")
}
