import type { Clock, Log, Network } from "@dchat/runtime"
import { Connection } from "../connection/connection.ts"
import type { ConnectionOptions } from "../connection/options.ts"
import type { Contract, Definitions } from "../contract/contract.ts"
import type { Framing } from "../framing/framing.ts"
import { newlineFraming } from "../framing/newline.ts"
import { MethodNotFoundError } from "../message/errors.ts"
import { pickScheme, streamDialers, type Dialers } from "../transport/scheme.ts"
import type { ApiOf, Client } from "./client.ts"
import { client, type ClientOptions } from "./make-client.ts"

/** What a client needs of the world. */
export interface ClientRuntime {
  readonly clock: Clock
  readonly network: Pick<Network, "connect">
  readonly log?: Log
}

/** Options of {@link connect}. */
export interface ConnectOptions extends ClientOptions, Omit<ConnectionOptions, "role" | "clock" | "log"> {
  runtime: ClientRuntime
  /** Ends the attempt to connect. */
  signal?: AbortSignal
  /** How messages lie in a stream of bytes. Default: one JSON text per line. */
  framing?: Framing
  /** How to reach URLs of other schemes, or otherwise those, by scheme, such as `ws:`. Default: none. */
  schemes?: Dialers
}

/**
 * Opens a connection to `tcp://host:port`, `unix:///path` or a URL of one of the `schemes`, and gives a client for it,
 * typed by the contract.
 *
 * The other side may call back: `handler` answers it; without one every request of it is refused.
 * Rejects with an `AddressError`, a `ConnectError`, or the signal's reason; with a TypeError when there is no contract or no runtime.
 */
export async function connect<D extends Definitions>(
  url: string,
  contract: Contract<D>,
  options: ConnectOptions,
): Promise<Client<ApiOf<D>>> {
  if ((contract as Partial<Contract> | undefined)?.kind !== "contract") {
    throw new TypeError("connect takes a URL and a contract; without a contract, use openConnection(url)")
  }
  return client(await openConnection(url, options), contract, options)
}

/** Opens a connection, without a client on top. Rejects as {@link connect} does. */
export async function openConnection(url: string, options: ConnectOptions): Promise<Connection> {
  if ((options as Partial<ConnectOptions> | undefined)?.runtime === undefined) {
    throw new TypeError(
      "here connect needs the option runtime; @dchat/jsonrpc/node and @dchat/jsonrpc/browser bring their own",
    )
  }
  const { runtime, signal, schemes, framing = newlineFraming(), handler = refuse, ...connectionOptions } = options
  const { clock, log, network } = runtime
  const dial = pickScheme(url, { ...streamDialers(network), ...schemes })
  const transport = await dial(url, { clock, framing, signal })
  return new Connection(transport, { ...connectionOptions, handler, clock, ...(log === undefined ? {} : { log }) })
}

function refuse(): never {
  throw new MethodNotFoundError()
}
