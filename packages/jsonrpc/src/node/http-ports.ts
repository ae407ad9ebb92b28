import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { createServer as createHttpsServer } from "node:https"
import type { AddressInfo } from "node:net"
import type { Duplex } from "node:stream"
import { toNetworkError } from "@dchat/runtime/node"
import { AddressError } from "../transport/address.ts"
import { ListenError } from "../transport/errors.ts"
import type { TransportListener } from "../transport/listener.ts"
import type { HttpDoor } from "./http-door.ts"
import { answerRefusal, refuseUpgrade } from "./http-gate.ts"
import { tlsServerOptions, type TlsServerIdentity } from "./tls.ts"
import type { WebSocketDoor } from "./websocket-door.ts"

/**
 * How patient a port for HTTP and WebSocket is. On a port that several URLs share, what is said for the first of them
 * counts.
 */
export interface HttpPortOptions {
  /** How long the headers of a request may take, in milliseconds; then it is answered with 408. Default 10 s. */
  headersTimeoutMs?: number
  /** How long a whole request may take to come, in milliseconds; then it is answered with 408. Default 60 s. */
  requestTimeoutMs?: number
  /** How long a connection is kept on which no request comes, in milliseconds. Default 5 s. */
  keepAliveTimeoutMs?: number
  /** The longest headers that are taken, in bytes; longer ones are answered with 431. Default 16 KiB. */
  maxHeaderBytes?: number
  /**
   * Sockets that are open on the port at one time, silent ones and kept ones included; one more is closed at once. (The
   * `connectionLimit` of `serve` counts WebSockets and the requests that are carried out.) Default: no limit.
   */
  maxConnections?: number
}

/** What is served on a path of a port. */
export type Door =
  | { readonly kind: "http"; readonly door: HttpDoor }
  | { readonly kind: "websocket"; readonly door: WebSocketDoor }

/** What is known before a port is open. */
export interface PortRequest {
  readonly url: string
  readonly options: HttpPortOptions
  readonly identity: TlsServerIdentity | undefined
  readonly makeDoor: (listensOn: string) => Door
}

/**
 * The ports of HTTP and WebSocket. URLs that name the same host and port share one, be they `http:` and `ws:` or two paths of
 * the same; port 0 is a port of its own each time.
 */
export class HttpPorts {
  readonly #open = new Map<string, Promise<HttpPort>>()

  /** Serves a path. Who leaves last closes the port: idle connections at once, others when they have been answered. */
  async open({ url, options, identity, makeDoor }: PortRequest): Promise<TransportListener> {
    const place = readUrl(url)
    const key = `${place.isSecure} ${place.host} ${place.port}`
    const opening = this.#open.get(key) ?? openPort(url, place, options, identity)
    if (place.port !== 0) this.#open.set(key, opening)
    const forget = (): void => {
      if (this.#open.get(key) === opening) this.#open.delete(key)
    }
    const port = await opening.catch((error: unknown) => {
      forget()
      throw error
    })
    const leave = (): void => {
      if (port.closeIfUnused()) forget()
    }
    try {
      const made = makeDoor(port.listensOn)
      if (!port.add(place.path, made))
        throw new ListenError(url, new Error(`${place.protocol}// is served at this port and path already`))
      const { door } = made
      return {
        address: port.address(place),
        get refused() {
          return door.refused
        },
        accept: (welcome) => door.accept(welcome),
        close() {
          port.remove(place.path, made)
          leave()
          return Promise.resolve()
        },
      }
    } catch (error) {
      leave()
      throw error
    }
  }
}

type DoorsByPath = Record<Door["kind"], Map<string, Door>>

class HttpPort {
  readonly listensOn: string
  readonly #authority: string
  readonly #server: Server
  readonly #doors: DoorsByPath = { http: new Map(), websocket: new Map() }

  constructor(server: Server) {
    const { address, family, port } = server.address() as AddressInfo
    this.listensOn = address
    this.#authority = `${family === "IPv6" ? `[${address}]` : address}:${port}`
    this.#server = server
    server.on("request", this.#request)
    // A request that asks before it sends its body is answered once it is known whether the body is wanted.
    server.on("checkContinue", this.#request)
    server.on("upgrade", this.#upgrade)
  }

  address({ protocol, path }: Place): string {
    return `${protocol}//${this.#authority}${path === "/" ? "" : path}`
  }

  /** Whether the path was free. */
  add(path: string, door: Door): boolean {
    const doors = this.#doors[door.kind]
    if (doors.has(path)) return false
    doors.set(path, door)
    return true
  }

  remove(path: string, door: Door): void {
    door.door.close()
    const doors = this.#doors[door.kind]
    if (doors.get(path) === door) doors.delete(path)
  }

  /** Whether it is closed now: nobody has a door here. */
  closeIfUnused(): boolean {
    const { http, websocket } = this.#doors
    if (http.size + websocket.size > 0) return false
    this.#server.close()
    this.#server.closeIdleConnections()
    return true
  }

  readonly #request = (request: IncomingMessage, response: ServerResponse): void => {
    const found = this.#find("http", request)
    if (found?.kind === "http") return found.door.take(request, response)
    const isForWebSocket = this.#find("websocket", request) !== undefined
    answerRefusal(response, isForWebSocket ? { status: 426, reason: "only WebSocket is served here" } : NOTHING_HERE)
  }

  readonly #upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const found = this.#find("websocket", request)
    if (found?.kind === "websocket") return found.door.take(request, socket, head)
    socket.on("error", () => socket.destroy())
    const isForHttp = this.#find("http", request) !== undefined
    refuseUpgrade(socket, isForHttp ? { status: 400, reason: "no WebSocket is served here" } : NOTHING_HERE)
  }

  /** A URL without a path is for every path that has no door of its own. */
  #find(kind: Door["kind"], request: IncomingMessage): Door | undefined {
    const doors = this.#doors[kind]
    return doors.get(request.url?.split("?")[0] ?? "/") ?? doors.get("/")
  }
}

const NOTHING_HERE = { status: 404, reason: "nothing is served at this path" }

interface Place {
  readonly protocol: string
  readonly isSecure: boolean
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  readonly path: string
}

function readUrl(url: string): Place {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || parsed.hostname === "" || parsed.username + parsed.search + parsed.hash !== "") {
    throw new AddressError(`${url}: write a scheme, a host, a port and perhaps a path, such as ws://127.0.0.1:8080/rpc`)
  }
  const { protocol, hostname, port, pathname } = parsed
  const isSecure = protocol === "https:" || protocol === "wss:"
  const asked = port === "" ? (isSecure ? 443 : 80) : Number(port)
  return { protocol, isSecure, host: hostname.replace(/^\[(.*)\]$/, "$1"), port: asked, path: pathname }
}

function openPort(
  url: string,
  { isSecure, host, port }: Place,
  options: HttpPortOptions,
  identity: TlsServerIdentity | undefined,
): Promise<HttpPort> {
  if (isSecure && identity === undefined)
    return Promise.reject(
      new AddressError(`${url}: a secure server needs the option tls, with its certificate and key`),
    )
  const given = nodeOptions(options)
  const server =
    isSecure && identity !== undefined
      ? createHttpsServer({ ...given, ...tlsServerOptions(identity) })
      : createHttpServer(given)
  if (options.maxConnections !== undefined) server.maxConnections = options.maxConnections
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void =>
      reject(new ListenError(url, toNetworkError(error, `cannot listen on ${url}`)))
    server.once("error", failed)
    server.listen(port, host, () => {
      server.off("error", failed)
      server.on("error", () => {})
      resolve(new HttpPort(server))
    })
  })
}

/** {@link HttpPortOptions} in Node's words. */
function nodeOptions(options: HttpPortOptions) {
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 60_000, keepAliveTimeoutMs = 5_000 } = options
  return {
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    // Node looks for who is late from time to time only; unless told otherwise, every 30 s.
    connectionsCheckingInterval: Math.max(1, Math.min(headersTimeoutMs, requestTimeoutMs) / 4),
    maxHeaderSize: options.maxHeaderBytes ?? 16 * 1024,
    noDelay: true,
    // Of TCP: whoever has vanished while a call was carried out is found out.
    keepAlive: true,
    keepAliveInitialDelay: 20_000,
    // The gate looks for it, as some are let in without.
    requireHostHeader: false,
  }
}
