import { WebSocketServer } from "ws"
import { DEFAULT_MAX_BYTES } from "../framing/framing.ts"
import type { TransportBinder } from "../transport/scheme.ts"
import { WaitingRoom } from "../transport/waiting-room.ts"
import { answerRefusal, bindHttp, remoteOf, type HttpAccessOptions, type HttpDoors } from "./http-server.ts"
import type { TlsServerIdentity } from "./tls.ts"
import { wsTransports, type WsTransportOptions } from "./ws-transport.ts"

/** Options of a WebSocket server. */
export interface WebSocketServerOptions
  extends HttpAccessOptions, Pick<WsTransportOptions, "frames" | "pingMs" | "maxBytes"> {}

/** Listens on `ws://` and `wss://` URLs. Compression is refused: it costs more than it saves on small messages. */
export function webSocketBinder(options: WebSocketServerOptions = {}, identity?: TlsServerIdentity): TransportBinder {
  const { frames, pingMs, maxBytes = DEFAULT_MAX_BYTES } = options
  return async (url, { clock, log }) => {
    const acceptor = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: maxBytes,
      clientTracking: false,
    })
    const wsTransport = wsTransports()
    const scheme = url.slice(0, url.indexOf(":") + 1).toLowerCase()
    const room = new WaitingRoom()
    const doors: HttpDoors = {
      onRequest: (_request, response) =>
        answerRefusal(response, { status: 426, reason: "only WebSocket is served here" }),
      onUpgrade: (request, socket, head, access) => {
        const remote = remoteOf(scheme, request)
        acceptor.handleUpgrade(request, socket, head, (accepted) => {
          room.enter(wsTransport(accepted, { maxBytes, remote, clock, frames, pingMs }), access)
        })
      },
    }
    const bound = await bindHttp(url, options, identity, doors, log)
    return {
      address: bound.address,
      accept: (welcome) => room.accept(welcome),
      close() {
        room.close()
        bound.close()
        return Promise.resolve()
      },
    }
  }
}
