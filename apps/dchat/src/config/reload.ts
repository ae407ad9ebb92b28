import { isDeepStrictEqual } from "node:util"
import type { Settings } from "@dchat/net/settings"
import type { Config } from "./load.ts"

/** What a daemon does about a configuration that was read again while it runs. */
export interface Reload {
  /** What changes of the network: what `P2p.reload` takes. */
  readonly net: Partial<Settings>
  /** The methods that are disabled from now on. */
  readonly disabledMethods: readonly string[]
  /** What changes, by the keys of the file. */
  readonly changed: readonly string[]
  /** What differs and stays as it is until a restart, by the keys of the file. */
  readonly needsRestart: readonly string[]
}

/** The settings that a daemon goes by, of file and command line together. */
export type Running = Pick<Config, "net" | "rpc">

/** What `P2p.reload` refuses while the network runs, and what transports have read when the node was made. */
const NEEDS_RESTART: readonly (keyof Settings)[] = [
  "magicBytes",
  "inboundAddrs",
  "inboundConnections",
  "hostlist",
  "p2pDatastore",
]

/** Compares the settings in use with those that were read again. */
export function planReload(running: Running, read: Running): Reload {
  const fields = Object.keys(read.net) as (keyof Settings)[]
  const different = fields.filter((field) => !isDeepStrictEqual(read.net[field], running.net[field]))
  const fixed = different.filter((field) => NEEDS_RESTART.includes(field))
  const free = different.filter((field) => !NEEDS_RESTART.includes(field))
  const { listen, disabledMethods } = read.rpc
  return {
    net: Object.fromEntries(free.map((field) => [field, read.net[field]])),
    disabledMethods,
    changed: [
      ...(isDeepStrictEqual(disabledMethods, running.rpc.disabledMethods) ? [] : ["rpc_disabled_methods"]),
      ...free.map(keyOf),
    ],
    needsRestart: [...(listen === running.rpc.listen ? [] : ["rpc_listen"]), ...fixed.map(keyOf)],
  }
}

/** What a daemon goes by once it has done what the plan says. */
export function afterReload({ net, rpc }: Running, plan: Reload): Running {
  return { net: { ...net, ...plan.net }, rpc: { ...rpc, disabledMethods: plan.disabledMethods } }
}

/** The key of a setting in the file. */
export function keyOf(field: keyof Settings): string {
  if (field === "inboundAddrs") return "inbound"
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
