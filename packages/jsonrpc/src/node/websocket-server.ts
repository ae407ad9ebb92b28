import { WebSocketServer } from "ws"
import { DEFAULT_MAX_BYTES } from "../framing/framing.ts"
import type { TransportBinder } from "../transport/scheme.ts"
import type { Transport } from "../transport/transport.ts"
import { answerRefusal, bindHttp, remoteOf, type HttpAccessOptions } from "./http-server.ts"
import type { TlsServerIdentity } from "./tls.ts"
import { wsTransport, type WsTransportOptions } from "./ws-transport.ts"

/** Options of a WebSocket server. */
export interface WebSocketServerOptions
  extends HttpAccessOptions, Pick<WsTransportOptions, "frames" | "pingMs" | "maxBytes"> {}

/** Listens on `ws://` and `wss://` URLs. Compression is refused: it costs more than it saves on small messages. */
export function webSocketBinder(options: WebSocketServerOptions = {}, identity?: TlsServerIdentity): TransportBinder {
  const { frames, pingMs, maxBytes = DEFAULT_MAX_BYTES } = options
  return async (url, { clock }) => {
    const acceptor = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: maxBytes,
      clientTracking: false,
    })
    const scheme = url.slice(0, url.indexOf(":") + 1).toLowerCase()
    const waiting: Transport[] = []
    let welcome = (transport: Transport): void => void waiting.push(transport)
    const bound = await bindHttp(url, options, identity, {
      onRequest: (_request, response) =>
        answerRefusal(response, { status: 426, reason: "only WebSocket is served here" }),
      onUpgrade: (request, socket, head) => {
        const remote = remoteOf(scheme, request)
        acceptor.handleUpgrade(request, socket, head, (accepted) => {
          welcome(wsTransport(accepted, { maxBytes, remote, clock, frames, pingMs }))
        })
      },
    })
    return {
      address: bound.address,
      accept(target) {
        welcome = target
        for (const transport of waiting.splice(0)) target(transport)
      },
      close() {
        welcome = (transport) => void transport.close()
        bound.close()
        return Promise.resolve()
      },
    }
  }
}
