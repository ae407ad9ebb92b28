import { silentLog } from "@dchat/runtime"
import type { TransportBinder } from "../transport/scheme.ts"
import { HttpDoor, type HttpDoorOptions } from "./http-door.ts"
import { HttpPorts, type HttpPortOptions } from "./http-ports.ts"
import type { TlsServerIdentity } from "./tls.ts"

/** Options of an HTTP server. */
export interface HttpServerOptions extends HttpDoorOptions, HttpPortOptions {}

/**
 * Listens on `http://` and `https://` URLs: one message per POST. Errors of JSON-RPC are answered with status 200,
 * notifications with 204. Anything but a POST with a JSON content type is turned away.
 */
export function httpBinder(
  options: HttpServerOptions = {},
  identity?: TlsServerIdentity,
  ports: HttpPorts = new HttpPorts(),
): TransportBinder {
  return (url, { clock, log = silentLog }) =>
    ports.open({
      url,
      options,
      identity,
      makeDoor: (listensOn) => ({ kind: "http", door: new HttpDoor(options, { listensOn, clock, log }) }),
    })
}
