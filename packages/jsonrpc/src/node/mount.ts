import type { IncomingMessage, ServerResponse } from "node:http"
import type { Duplex } from "node:stream"
import { silentLog } from "@dchat/runtime"
import { nodeClock } from "@dchat/runtime/node"
import type { ServerOptions } from "../server/options.ts"
import type { RequestHandler } from "../server/request-handler.ts"
import { Server } from "../server/server.ts"
import type { TransportListener } from "../transport/listener.ts"
import { HttpDoor, type HttpDoorOptions } from "./http-door.ts"
import { WebSocketDoor, type WebSocketDoorOptions } from "./websocket-door.ts"

/** Options of {@link mount}. */
export interface MountOptions extends Omit<ServerOptions, "runtime"> {
  /** For requests. */
  http?: HttpDoorOptions
  /** For WebSockets. */
  websocket?: WebSocketDoorOptions
  /** Default: this computer, and a log that says nothing. */
  runtime?: ServerOptions["runtime"]
}

/** JSON-RPC in an HTTP server of one's own. Whoever has the server says which paths are for it. */
export interface MountedServer {
  /**
   * Answers a request: a listener of the event `request`, or a handler of Express and its kind, there before whatever parses
   * bodies. As a listener of `checkContinue` it answers who asks before a body is sent.
   */
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void
  /** Opens a WebSocket: a listener of the event `upgrade`. */
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Its connections. Its `stop` ends them, and those that come later; the HTTP server stays as it is. */
  readonly server: Omit<Server, "addresses">
}

/**
 * Serves JSON-RPC in a server of `node:http`, `node:https` or a framework that stands on them, on the port that it listens on
 * already. Hosts and origins are checked as by a listener: of connections to a loopback address only this computer's are
 * let in, unless others are named. A server behind a proxy on the same computer names its own (`allowedHosts`).
 */
export function mount(
  handler: RequestHandler,
  { http = {}, websocket = {}, ...options }: MountOptions = {},
): MountedServer {
  const { runtime = { clock: nodeClock } } = options
  const place = { listensOn: undefined, clock: runtime.clock, log: runtime.log ?? silentLog }
  const httpDoor = new HttpDoor(http, place)
  const webSocketDoor = new WebSocketDoor(websocket, place)
  const listener: TransportListener = {
    address: "http://mounted",
    get refused() {
      return httpDoor.refused + webSocketDoor.refused
    },
    accept(welcome) {
      httpDoor.accept(welcome)
      webSocketDoor.accept(welcome)
    },
    close() {
      httpDoor.close()
      webSocketDoor.close()
      return Promise.resolve()
    },
  }
  return {
    onRequest: (request, response) => httpDoor.take(request, response),
    onUpgrade: (request, socket, head) => webSocketDoor.take(request, socket, head),
    server: new Server(handler, [listener], { ...options, runtime }),
  }
}
