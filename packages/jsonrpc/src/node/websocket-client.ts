import { WebSocket } from "ws"
import { DEFAULT_MAX_BYTES } from "../framing/framing.ts"
import { ConnectError } from "../transport/errors.ts"
import type { Dialer } from "../transport/scheme.ts"
import { deflateOptions, type Compression } from "./compression.ts"
import { dialFailure } from "./dial-failure.ts"
import { headersOf, type HeadersSource } from "./headers.ts"
import { redirectReason } from "./redirect.ts"
import { tlsOptions, type TlsTrust } from "./tls.ts"
import { wsTransports, type WsTransportOptions } from "./ws-transport.ts"

/** Options of a WebSocket client. */
export interface WebSocketClientOptions extends Pick<
  WsTransportOptions,
  "frames" | "pingMs" | "pongTimeoutMs" | "maxBytes"
> {
  headers?: HeadersSource
  /** Subprotocols to offer. Default: none. */
  protocols?: readonly string[]
  /** How long it may take until the WebSocket is open, in milliseconds; then it is a {@link ConnectError}. Default 10 s. */
  handshakeTimeoutMs?: number
  /** Whether compression of messages (permessage-deflate) is offered to the server, and how ours are. Default: no. */
  compression?: Compression
}

/** Dials `ws://` and `wss://` URLs. Redirects are not followed. */
export function webSocketDialer(options: WebSocketClientOptions = {}, trust: TlsTrust = {}): Dialer {
  const { headers: source, protocols = [], compression, handshakeTimeoutMs = 10_000, ...transportOptions } = options
  const wsTransport = wsTransports()
  return async (url, { clock, signal }) => {
    const headers = await headersOf(source)
    signal?.throwIfAborted()
    const socket = new WebSocket(url, [...protocols], {
      ...tlsOptions(trust),
      headers: { ...headers },
      perMessageDeflate: deflateOptions(compression, "client"),
      maxPayload: options.maxBytes ?? DEFAULT_MAX_BYTES,
      skipUTF8Validation: false,
    })
    await new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        socket.off("open", opened)
        socket.off("error", failed)
        signal?.removeEventListener("abort", aborted)
        patience.cancel()
      }
      const opened = (): void => {
        settle()
        resolve()
      }
      const failed = (error: Error): void => {
        settle()
        socket.on("error", () => {})
        reject(error instanceof ConnectError ? error : dialFailure(url, error))
      }
      const aborted = (): void => {
        settle()
        socket.on("error", () => {})
        socket.terminate()
        reject(signal?.reason as Error)
      }
      const patience = clock.setTimer(handshakeTimeoutMs, () => {
        failed(new Error(`no WebSocket was open within ${handshakeTimeoutMs} ms`))
        socket.terminate()
      })
      socket.on("open", opened)
      socket.on("error", failed)
      socket.on("unexpected-response", (request, response) => {
        const status = `HTTP status ${response.statusCode ?? 0} instead of a WebSocket`
        request.destroy()
        failed(new ConnectError(url, new Error(redirectReason(url, response) ?? status)))
      })
      signal?.addEventListener("abort", aborted, { once: true })
    })
    return wsTransport(socket, { frames: "text", ...transportOptions, remote: url, clock })
  }
}
