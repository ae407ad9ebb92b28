import { silentLog, type Log } from "@dchat/runtime"
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { createServer as createHttpsServer } from "node:https"
import type { AddressInfo, Socket } from "node:net"
import type { Duplex } from "node:stream"
import { AddressError } from "../transport/address.ts"
import { ListenError } from "../transport/errors.ts"
import { hostGuard, type HostGuardOptions } from "../transport/host-guard.ts"
import { askAccess, type AccessRequest, type Authorize } from "../transport/access.ts"
import { refusalHeaders, type Refusal } from "../transport/http.ts"
import { tlsServerOptions, type TlsServerIdentity } from "./tls.ts"

/** What everybody who comes in by HTTP has to pass. */
export interface HttpAccessOptions extends HostGuardOptions {
  /** Says whether a request may come in. Default: everybody may. */
  authorize?: Authorize
}

/** What is done with those who may come in. */
export interface HttpDoors {
  readonly onRequest: (request: IncomingMessage, response: ServerResponse, access?: AccessRequest) => void
  readonly onUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer, access?: AccessRequest) => void
}

/** A bound HTTP server: the guards stand before its doors. */
export interface BoundHttpServer {
  readonly address: string
  readonly server: Server
  /** Stops listening and closes connections that are idle. The others end when they have been answered. */
  close(): void
}

const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 5_000 }
const MAX_HEADER_BYTES = 16 * 1024

/** Listens on an `http:`, `https:`, `ws:` or `wss:` URL. Only its path is served; any path when it has none. */
export async function bindHttp(
  url: string,
  access: HttpAccessOptions,
  identity: TlsServerIdentity | undefined,
  doors: HttpDoors,
  log: Log = silentLog,
): Promise<BoundHttpServer> {
  const { protocol, hostname, port, pathname } = readUrl(url)
  const isSecure = protocol === "https:" || protocol === "wss:"
  const requireHostHeader = access.withoutHost !== true
  const options = { ...TIMEOUTS, maxHeaderSize: MAX_HEADER_BYTES, noDelay: true, requireHostHeader }
  if (isSecure && identity === undefined)
    throw new AddressError(`${url}: a secure server needs the option tls, with its certificate and key`)
  const server =
    isSecure && identity !== undefined
      ? createHttpsServer({ ...options, ...tlsServerOptions(identity) })
      : createHttpServer(options)
  const address = await listen(server, url, hostname.replace(/^\[(.*)\]$/, "$1"), Number(port))
  const ask = gatekeeper(protocol, address.address, pathname, access, log)
  server.on("request", (request, response) => {
    void ask(request).then(({ refusal, entry }) => {
      if (refusal === undefined) doors.onRequest(request, response, entry)
      else answerRefusal(response, refusal)
    })
  })
  server.on("upgrade", (request, socket, head) => {
    const left = (): void => void socket.destroy()
    socket.on("error", left)
    void ask(request).then(({ refusal, entry }) => {
      socket.off("error", left)
      if (refusal === undefined && doors.onUpgrade !== undefined) doors.onUpgrade(request, socket, head, entry)
      else refuseUpgrade(socket, refusal ?? { status: 400, reason: "no WebSocket is served here" })
    })
  })
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address
  return {
    address: `${protocol}//${host}:${address.port}${pathname === "/" ? "" : pathname}`,
    server,
    close() {
      server.close()
      server.closeIdleConnections()
    },
  }
}

/** Who is at the other end of a request, for people. */
export function remoteOf(scheme: string, { socket }: { readonly socket: Socket }): string {
  const host = socket.remoteAddress ?? "unknown"
  return `${scheme}//${host.includes(":") ? `[${host}]` : host}:${socket.remotePort ?? 0}`
}

/** Turns a request away. */
export function answerRefusal(response: ServerResponse, refusal: Refusal): void {
  response.writeHead(refusal.status, { ...refusalHeaders(refusal), connection: "close" })
  response.end(`${refusal.reason}\n`)
}

/** What the gate says: a refusal, or who was let in by `authorize`. */
interface Verdict {
  readonly refusal?: Refusal | undefined
  readonly entry?: AccessRequest
}

function gatekeeper(scheme: string, listensOn: string, path: string, access: HttpAccessOptions, log: Log) {
  const guard = hostGuard(listensOn, access)
  return async (request: IncomingMessage): Promise<Verdict> => {
    const foreign = guard(request.headers.host, request.headers.origin)
    if (foreign !== undefined) return { refusal: { status: 403, reason: foreign } }
    if (path !== "/" && request.url?.split("?")[0] !== path)
      return { refusal: { status: 404, reason: "nothing is served at this path" } }
    if (access.authorize === undefined) return {}
    const entry = accessOf(scheme, listensOn, request)
    return { refusal: await askAccess(access.authorize, entry, log), entry }
  }
}

function accessOf(scheme: string, listensOn: string, request: IncomingMessage): AccessRequest {
  const headers = new Headers()
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    headers.append(request.rawHeaders[at] as string, request.rawHeaders[at + 1] as string)
  }
  const url = `${scheme}//${request.headers.host ?? listensOn}${request.url ?? "/"}`
  return { method: request.method ?? "", url, headers, remote: remoteOf(scheme, request) }
}

function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const headers = Object.entries({ ...refusalHeaders(refusal), connection: "close" })
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")
  socket.end(`HTTP/1.1 ${refusal.status} Refused\r\n${lines}\r\n${refusal.reason}\n`)
}

function readUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || parsed.hostname === "" || parsed.username + parsed.search + parsed.hash !== "") {
    throw new AddressError(`${url}: write a scheme, a host, a port and perhaps a path, such as ws://127.0.0.1:8080/rpc`)
  }
  return parsed
}

/** No port in the URL is the scheme's own, 80 or 443. */
function listen(server: Server, url: string, host: string, port: number): Promise<AddressInfo> {
  const isSecure = /^(?:https|wss):/i.test(url)
  const asked = /:0(?:\/|$)/.test(url) ? 0 : port || (isSecure ? 443 : 80)
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(new ListenError(url, error))
    server.once("error", failed)
    server.listen(asked, host, () => {
      server.off("error", failed)
      server.on("error", () => {})
      resolve(server.address() as AddressInfo)
    })
  })
}
