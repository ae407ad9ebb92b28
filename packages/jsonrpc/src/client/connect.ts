import { NetworkError, type ByteStream, type Clock, type Log, type Network } from "@dchat/runtime"
import { Connection, type ConnectionOptions } from "../connection/connection.ts"
import type { Contract, Definitions } from "../contract/contract.ts"
import type { Framing } from "../framing/framing.ts"
import { newlineFraming } from "../framing/newline.ts"
import { MethodNotFoundError } from "../message/errors.ts"
import { parseAddress } from "../transport/address.ts"
import { ConnectError } from "../transport/errors.ts"
import { streamTransport } from "../transport/stream.ts"
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
  /** Default: one JSON text per line. */
  framing?: Framing
}

/**
 * Opens a connection to `tcp://host:port` or `unix:///path` and gives a client for it, typed by the contract.
 *
 * The other side may call back: `handler` answers it; without one every request of it is refused.
 * Rejects with an `AddressError`, a {@link ConnectError}, or the signal's reason.
 */
export async function connect<D extends Definitions>(
  url: string,
  contract: Contract<D>,
  options: ConnectOptions,
): Promise<Client<ApiOf<D>>> {
  return client(await openConnection(url, options), contract, options)
}

/** Opens a connection, without a client on top. Rejects as {@link connect} does. */
export async function openConnection(url: string, options: ConnectOptions): Promise<Connection> {
  const { runtime, signal, framing = newlineFraming(), handler = refuse, ...connectionOptions } = options
  const { clock, log } = runtime
  const transport = streamTransport(await dial(url, runtime, signal), framing)
  return new Connection(transport, { ...connectionOptions, handler, clock, ...(log === undefined ? {} : { log }) })
}

async function dial(url: string, { network }: ClientRuntime, signal: AbortSignal | undefined): Promise<ByteStream> {
  const address = parseAddress(url)
  try {
    return await network.connect(address, signal === undefined ? {} : { signal })
  } catch (error) {
    if (error instanceof NetworkError) throw new ConnectError(url, error)
    throw error
  }
}

function refuse(): never {
  throw new MethodNotFoundError()
}
