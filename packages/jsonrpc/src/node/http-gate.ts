import type { IncomingMessage, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import type { TLSSocket } from "node:tls"
import type { Clock, Log } from "@dchat/runtime"
import { askAccess, type AccessRequest, type Authorize } from "../transport/access.ts"
import { corsPolicy, type CorsOptions, type CorsPolicy } from "../transport/cors.ts"
import { hostGuard, isLocalName, type HostGuard, type HostGuardOptions } from "../transport/host-guard.ts"
import { refusalHeaders, type Refusal } from "../transport/http.ts"

/** What everybody who comes in by HTTP has to pass. */
export interface HttpAccessOptions extends HostGuardOptions {
  /** Says whether a request may come in. Default: everybody may. */
  authorize?: Authorize
}

/** What the gate says: a refusal, or who was let in by `authorize`. */
export interface Verdict {
  readonly refusal?: Refusal | undefined
  readonly entry?: AccessRequest
}

/** Where a gate stands. */
export interface GatePlace {
  /** The address that is listened on. `undefined`: somebody else listens, and each connection says where it came in. */
  readonly listensOn: string | undefined
  readonly clock: Clock
  readonly log: Log
}

interface Rules {
  readonly guard: HostGuard
  readonly cors: CorsPolicy
}

/** Stands before what is served by HTTP and WebSocket. */
export class HttpGate {
  readonly #options: HttpAccessOptions & CorsOptions
  readonly #place: GatePlace
  readonly #local: Rules
  readonly #public: Rules

  constructor(options: HttpAccessOptions & CorsOptions, place: GatePlace) {
    this.#options = options
    this.#place = place
    this.#local = rulesOf("127.0.0.1", options)
    this.#public = rulesOf("0.0.0.0", options)
  }

  /** Why a request may not come in whoever sends it, if so: it is none, or a page from elsewhere is behind it. */
  foreign(request: IncomingMessage): Refusal | undefined {
    const { headers, httpVersionMinor } = request
    if (headers.host === undefined && httpVersionMinor > 0 && this.#options.withoutHost !== true)
      return { status: 400, reason: "the header Host is missing" }
    const reason = this.#rules(request).guard(headers.host, headers.origin)
    return reason === undefined ? undefined : { status: 403, reason }
  }

  /** What browsers are told. */
  cors(request: IncomingMessage): CorsPolicy {
    return this.#rules(request).cors
  }

  /** Asks the hook. */
  async ask(request: IncomingMessage): Promise<Verdict> {
    const { authorize } = this.#options
    if (authorize === undefined) return {}
    const entry = accessOf(request, this.#listensOn(request))
    return { refusal: await askAccess(authorize, entry, this.#place), entry }
  }

  #rules(request: IncomingMessage): Rules {
    return isLocalName(this.#listensOn(request)) ? this.#local : this.#public
  }

  #listensOn({ socket }: IncomingMessage): string {
    return this.#place.listensOn ?? socket.localAddress?.replace(/^::ffff:/, "") ?? ""
  }
}

function rulesOf(listensOn: string, options: HttpAccessOptions & CorsOptions): Rules {
  return { guard: hostGuard(listensOn, options), cors: corsPolicy(listensOn, options) }
}

/** Who is at the other end of a request, for people: `ws:` as a scheme becomes `wss:` where the socket is encrypted. */
export function remoteOf(scheme: "http:" | "ws:", { socket }: { readonly socket: Socket }): string {
  const host = socket.remoteAddress ?? "unknown"
  return `${secured(scheme, socket)}//${host.includes(":") ? `[${host}]` : host}:${socket.remotePort ?? 0}`
}

/** Turns a request away. */
export function answerRefusal(response: ServerResponse, refusal: Refusal): void {
  response.writeHead(refusal.status, { ...refusalHeaders(refusal), connection: "close" })
  response.end(`${refusal.reason}\n`)
}

/** Turns away somebody who wants to speak WebSocket. */
export function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const headers = Object.entries({ ...refusalHeaders(refusal), connection: "close" })
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")
  socket.end(`HTTP/1.1 ${refusal.status} Refused\r\n${lines}\r\n${refusal.reason}\n`)
}

function accessOf(request: IncomingMessage, listensOn: string): AccessRequest {
  const headers = new Headers()
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    headers.append(request.rawHeaders[at] as string, request.rawHeaders[at + 1] as string)
  }
  const scheme = request.headers.upgrade === undefined ? "http:" : "ws:"
  const url = `${secured(scheme, request.socket)}//${request.headers.host ?? listensOn}${request.url ?? "/"}`
  return { method: request.method ?? "", url, headers, remote: remoteOf(scheme, request) }
}

function secured(scheme: "http:" | "ws:", socket: Socket): string {
  if ((socket as Partial<TLSSocket>).encrypted !== true) return scheme
  return scheme === "http:" ? "https:" : "wss:"
}
