import { nodeRuntime } from "@dchat/runtime/node"
import type { Client } from "../client/client.ts"
import { connect as connectWith, type ClientRuntime, type ConnectOptions } from "../client/connect.ts"
import type { Contract, Definitions } from "../contract/contract.ts"

/** Options of {@link connect}. */
export interface NodeConnectOptions extends Omit<ConnectOptions, "runtime"> {
  /** Default: this computer. */
  runtime?: ClientRuntime
}

/** As `connect` of the main entry, on this computer's network. */
export function connect<D extends Definitions = Record<never, never>>(
  url: string,
  contract?: Contract<D>,
  { runtime = nodeRuntime(), ...options }: NodeConnectOptions = {},
): Promise<Client<D>> {
  return connectWith(url, contract, { ...options, runtime })
}
