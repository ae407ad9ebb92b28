import type { Dialers, Listeners } from "../transport/scheme.ts"
import { httpBinder, type HttpServerOptions } from "./http-binder.ts"
import { httpDialer, type HttpClientOptions } from "./http-client.ts"
import { HttpPorts } from "./http-ports.ts"
import type { TlsServerIdentity, TlsTrust } from "./tls.ts"
import { tlsBinder, tlsDialer } from "./tls-stream.ts"
import { webSocketDialer, type WebSocketClientOptions } from "./websocket-client.ts"
import { webSocketBinder, type WebSocketServerOptions } from "./websocket-server.ts"

/** Options of clients, by what the URL begins with. */
export interface ClientSchemeOptions {
  /** For `ws://` and `wss://`. */
  websocket?: WebSocketClientOptions
  /** For `http://` and `https://`. */
  http?: HttpClientOptions
  /** For `tls://`, `tcp+tls://`, `wss://` and `https://`. Default: the server is verified by the authorities that Node knows. */
  tls?: TlsTrust
}

/** Options of servers, by what the URL begins with. */
export interface ServerSchemeOptions {
  /** For `ws://` and `wss://`. */
  websocket?: WebSocketServerOptions
  /** For `http://` and `https://`. */
  http?: HttpServerOptions
  /** For `tls://`, `tcp+tls://`, `wss://` and `https://`, which need it. */
  tls?: TlsServerIdentity
}

/** All that Node dials besides what the network of the runtime does. */
export function nodeDialers({ websocket, http, tls }: ClientSchemeOptions): Dialers {
  const overTls = tlsDialer(tls)
  const overWebSocket = webSocketDialer(websocket, tls)
  const overHttp = httpDialer(http, tls)
  return {
    "tls:": overTls,
    "tcp+tls:": overTls,
    "ws:": overWebSocket,
    "wss:": overWebSocket,
    "http:": overHttp,
    "https:": overHttp,
  }
}

/** All that Node listens on besides what the network of the runtime does. */
export function nodeListeners({ websocket, http, tls }: ServerSchemeOptions): Listeners {
  const overTls = tlsBinder(tls)
  const ports = new HttpPorts()
  const overWebSocket = webSocketBinder(websocket, tls, ports)
  const overHttp = httpBinder(http, tls, ports)
  return {
    "tls:": overTls,
    "tcp+tls:": overTls,
    "ws:": overWebSocket,
    "wss:": overWebSocket,
    "http:": overHttp,
    "https:": overHttp,
  }
}
