import { silentLog } from "@dchat/runtime"
import type { TransportBinder } from "../transport/scheme.ts"
import { HttpPorts, type HttpPortOptions } from "./http-ports.ts"
import type { TlsServerIdentity } from "./tls.ts"
import { WebSocketDoor, type WebSocketDoorOptions } from "./websocket-door.ts"

/** Options of a WebSocket server. */
export interface WebSocketServerOptions extends WebSocketDoorOptions, HttpPortOptions {}

/** Listens on `ws://` and `wss://` URLs. */
export function webSocketBinder(
  options: WebSocketServerOptions = {},
  identity?: TlsServerIdentity,
  ports: HttpPorts = new HttpPorts(),
): TransportBinder {
  return (url, { clock, log = silentLog }) =>
    ports.open({
      url,
      options,
      identity,
      makeDoor: (listensOn) => ({ kind: "websocket", door: new WebSocketDoor(options, { listensOn, clock, log }) }),
    })
}
