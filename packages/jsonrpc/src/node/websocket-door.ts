import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { WebSocketServer } from "ws"
import { DEFAULT_MAX_BYTES } from "../framing/framing.ts"
import type { Refusal } from "../transport/http.ts"
import type { Welcome } from "../transport/listener.ts"
import type { Transport } from "../transport/transport.ts"
import { WaitingRoom } from "../transport/waiting-room.ts"
import { deflateOptions, type Compression } from "./compression.ts"
import { HttpGate, refuseUpgrade, remoteOf, type GatePlace, type HttpAccessOptions } from "./http-gate.ts"
import { wsTransports, type WsTransportOptions } from "./ws-transport.ts"

/** What is said of WebSockets, wherever they come in. */
export interface WebSocketDoorOptions
  extends HttpAccessOptions, Pick<WsTransportOptions, "frames" | "pingMs" | "pongTimeoutMs" | "maxBytes"> {
  /** Whether messages are compressed (permessage-deflate) for clients that offer it. Default: no. */
  compression?: Compression
}

/** Makes transports of requests that ask for a WebSocket. */
export class WebSocketDoor {
  readonly #gate: HttpGate
  readonly #acceptor: WebSocketServer
  readonly #transport: (socket: Parameters<ReturnType<typeof wsTransports>>[0], remote: string) => Transport
  readonly #room = new WaitingRoom()
  #refused = 0

  constructor(options: WebSocketDoorOptions, place: GatePlace) {
    const { frames, pingMs, pongTimeoutMs, maxBytes = DEFAULT_MAX_BYTES, compression } = options
    this.#gate = new HttpGate(options, place)
    this.#acceptor = new WebSocketServer({
      noServer: true,
      perMessageDeflate: deflateOptions(compression, "server"),
      maxPayload: maxBytes,
      clientTracking: false,
    })
    const wsTransport = wsTransports()
    this.#transport = (socket, remote) =>
      wsTransport(socket, { maxBytes, remote, clock: place.clock, frames, pingMs, pongTimeoutMs })
  }

  /** Requests that were turned away. */
  get refused(): number {
    return this.#refused
  }

  accept(welcome: Welcome): void {
    this.#room.accept(welcome)
  }

  close(): void {
    this.#room.close()
  }

  /** Opens a WebSocket, or turns the request away. */
  take(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", destroyIt)
    const foreign = this.#gate.foreign(request)
    if (foreign !== undefined) return this.#refuse(socket, foreign)
    void this.#gate.ask(request).then(({ refusal, entry }) => {
      if (refusal !== undefined) return this.#refuse(socket, refusal)
      socket.off("error", destroyIt)
      const remote = remoteOf("ws:", request)
      this.#acceptor.handleUpgrade(request, socket, head, (accepted) => {
        this.#room.enter(this.#transport(accepted, remote), entry)
      })
    })
  }

  #refuse(socket: Duplex, refusal: Refusal): void {
    this.#refused++
    refuseUpgrade(socket, refusal)
  }
}

/** No closure: the socket would keep its request for as long as it lives. */
function destroyIt(this: Duplex): void {
  this.destroy()
}
