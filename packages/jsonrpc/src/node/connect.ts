import { nodeRuntime } from "@dchat/runtime/node"
import type { ApiOf, Client } from "../client/client.ts"
import {
  connect as connectWith,
  openConnection as openConnectionWith,
  type ClientRuntime,
  type ConnectOptions,
} from "../client/connect.ts"
import type { Connection } from "../connection/connection.ts"
import type { Contract, Definitions } from "../contract/contract.ts"
import { nodeDialers, type ClientSchemeOptions } from "./schemes.ts"

/** Options of {@link connect}. */
export interface NodeConnectOptions extends Omit<ConnectOptions, "runtime">, ClientSchemeOptions {
  /** Default: this computer. */
  runtime?: ClientRuntime
}

/**
 * As `connect` of the main entry, on this computer's network: to `tcp://`, `unix://`, `tls://` (or `tcp+tls://`), `ws://`,
 * `wss://`, `http://` and `https://` URLs.
 */
export function connect<D extends Definitions>(
  url: string,
  contract: Contract<D>,
  options: NodeConnectOptions = {},
): Promise<Client<ApiOf<D>>> {
  return connectWith(url, contract, onThisComputer(options))
}

/** As `openConnection` of the main entry, on this computer's network. */
export function openConnection(url: string, options: NodeConnectOptions = {}): Promise<Connection> {
  return openConnectionWith(url, onThisComputer(options))
}

function onThisComputer({ websocket, http, tls, schemes, ...options }: NodeConnectOptions): ConnectOptions {
  const given = { ...(websocket && { websocket }), ...(http && { http }), ...(tls && { tls }) }
  return { runtime: nodeRuntime(), ...options, schemes: { ...nodeDialers(given), ...schemes } }
}
