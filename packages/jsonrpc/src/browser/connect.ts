import type { Clock, Log } from "@dchat/runtime"
import { browserClock } from "@dchat/runtime/browser"
import type { ApiOf, Client } from "../client/client.ts"
import { client, type ClientOptions } from "../client/make-client.ts"
import { Connection } from "../connection/connection.ts"
import type { ConnectionOptions } from "../connection/options.ts"
import type { Contract, Definitions } from "../contract/contract.ts"
import { MethodNotFoundError } from "../message/errors.ts"
import { ConnectError } from "../transport/errors.ts"
import { pickScheme } from "../transport/scheme.ts"
import type { Transport } from "../transport/transport.ts"
import { webSocketTransport, type WebSocketTransportOptions } from "../transport/websocket.ts"

/** Options of {@link connect}. */
export interface BrowserConnectOptions extends ClientOptions, Omit<ConnectionOptions, "role"> {
  /** Ends the attempt to connect. */
  signal?: AbortSignal
  /** WebSocket subprotocols to offer. Default: none. */
  protocols?: readonly string[]
  /** How messages are carried. */
  websocket?: Omit<WebSocketTransportOptions, "clock">
  /** Default: the page's. */
  clock?: Clock
  /** Default: says nothing. */
  log?: Log
}

/**
 * Opens a connection from a page or a worker to a `ws://` or `wss://` URL, and gives a client for it, typed by the
 * contract. The other side may call back: `handler` answers it; without one every request of it is refused.
 *
 * Rejects with an `AddressError`, a {@link ConnectError}, or the signal's reason.
 */
export async function connect<D extends Definitions>(
  url: string,
  contract: Contract<D>,
  options: BrowserConnectOptions = {},
): Promise<Client<ApiOf<D>>> {
  return client(await openConnection(url, options), contract, options)
}

/** Opens a connection, without a client on top. Rejects as {@link connect} does. */
export async function openConnection(url: string, options: BrowserConnectOptions = {}): Promise<Connection> {
  const { signal, protocols = [], websocket, handler = refuse, clock = browserClock, ...connectionOptions } = options
  const open = pickScheme(url, { "ws:": openSocket, "wss:": openSocket })
  const socket = await open(url, protocols, signal)
  const transport: Transport = webSocketTransport(socket, { ...websocket, clock })
  return new Connection(transport, { ...connectionOptions, handler, clock })
}

function openSocket(url: string, protocols: readonly string[], signal: AbortSignal | undefined): Promise<WebSocket> {
  if (signal?.aborted === true) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, [...protocols])
    const settle = (): void => {
      socket.removeEventListener("open", opened)
      socket.removeEventListener("close", failed)
      signal?.removeEventListener("abort", aborted)
    }
    const opened = (): void => {
      settle()
      resolve(socket)
    }
    const failed = (): void => {
      settle()
      reject(new ConnectError(url, new Error("the WebSocket was not opened; a page is not told why")))
    }
    const aborted = (): void => {
      settle()
      socket.close()
      reject(signal?.reason as Error)
    }
    socket.addEventListener("open", opened)
    socket.addEventListener("close", failed)
    signal?.addEventListener("abort", aborted, { once: true })
  })
}

function refuse(): never {
  throw new MethodNotFoundError()
}
