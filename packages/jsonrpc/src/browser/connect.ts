import type { ApiOf, Client } from "../client/client.ts"
import { client, type ClientOptions } from "../client/make-client.ts"
import { Caller, type CallerOptions } from "../connection/caller.ts"
import type { Connection } from "../connection/connection.ts"
import type { ConnectionOptions } from "../connection/options.ts"
import type { Contract, Definitions } from "../contract/contract.ts"
import { AddressError } from "../transport/address.ts"
import { ConnectError } from "../transport/errors.ts"
import type { PushTransport } from "../transport/transport.ts"
import { PageSocket, type WebSocketTransportOptions } from "../transport/websocket.ts"

/** How a page reaches a server. */
export interface BrowserLinkOptions {
  /** Ends the attempt to connect. */
  signal?: AbortSignal
  /** WebSocket subprotocols to offer. Default: none. */
  protocols?: readonly string[]
  /** How messages are carried. */
  websocket?: Omit<WebSocketTransportOptions, "clock">
}

/** For a page that only calls. Requests of the other side are answered with -32601. */
export interface CallerConnectOptions extends BrowserLinkOptions, Omit<CallerOptions, "signal"> {
  connection?: undefined
}

/** For a page that is called as well, or that speaks a dialect. */
export interface ConnectionConnectOptions extends BrowserLinkOptions, Omit<ConnectionOptions, "role" | "signal"> {
  /** The class `Connection`: who does not import it does not load it. */
  connection: typeof Connection
}

/** Options of {@link connect}. */
export type BrowserConnectOptions = ClientOptions & (CallerConnectOptions | ConnectionConnectOptions)

type AnyConnection = new (transport: PushTransport, options: ConnectionOptions) => Caller | Connection

/**
 * Opens a connection from a page or a worker to a `ws://` or `wss://` URL, and gives a client for it, typed by the
 * contract. It can only call, which keeps a page small; `connect(url, contract, { connection: Connection, handler })` makes
 * one that the other side may call back.
 *
 * Rejects with an `AddressError`, a {@link ConnectError}, or the signal's reason.
 */
export async function connect<D extends Definitions>(
  url: string,
  contract: Contract<D>,
  options: BrowserConnectOptions = {},
): Promise<Client<ApiOf<D>>> {
  return client(await open(url, options), contract, options)
}

/** Opens a connection, without a client on top. Rejects as {@link connect} does. */
export function openConnection(url: string, options: ClientOptions & ConnectionConnectOptions): Promise<Connection>
export function openConnection(url: string, options?: ClientOptions & CallerConnectOptions): Promise<Caller>
export function openConnection(url: string, options: BrowserConnectOptions = {}): Promise<Caller | Connection> {
  return open(url, options)
}

async function open(
  url: string,
  { connection, signal, protocols, websocket, ...options }: BrowserConnectOptions,
): Promise<Caller | Connection> {
  signal?.throwIfAborted()
  if (!/^wss?:/i.test(url)) throw new AddressError(`${url}: a page must connect to ws: or wss:`)
  const socket = new WebSocket(url, protocols as string[])
  const abort = (): void => socket.close()
  signal?.addEventListener("abort", abort)
  await new Promise((resolve) => {
    socket.onopen = socket.onclose = resolve
  })
  signal?.removeEventListener("abort", abort)
  signal?.throwIfAborted()
  if (socket.readyState !== WebSocket.OPEN) throw new ConnectError(url, new Error("a page is not told why"))
  const Made: AnyConnection = connection ?? Caller
  return new Made(new PageSocket(socket, { ...websocket, clock: options.clock }), options)
}
