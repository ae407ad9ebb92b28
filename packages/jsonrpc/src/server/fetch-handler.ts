import { silentLog, type Clock, type Log } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import { Connection } from "../connection/connection.ts"
import type { ConnectionCounters } from "../connection/counters.ts"
import type { Handler } from "../connection/handler.ts"
import { DEFAULT_MAX_BYTES } from "../framing/framing.ts"
import { textOf } from "../framing/text.ts"
import { concat } from "../framing/prefixed.ts"
import { askAccess, type AccessRequest, type Authorize } from "../transport/access.ts"
import { corsPolicy, type CorsOptions } from "../transport/cors.ts"
import { hostGuard, type HostGuardOptions } from "../transport/host-guard.ts"
import { HttpExchange } from "../transport/http-exchange.ts"
import { refusalHeaders, refusalOf, tooLong, type Refusal } from "../transport/http.ts"
import { setAccess } from "./context.ts"
import type { RequestHandler } from "./request-handler.ts"
import { exchangeConnection, type ServedConnectionOptions } from "./served-connection.ts"

/** Options of {@link fetchHandler}. */
export interface FetchHandlerOptions extends HostGuardOptions, CorsOptions, ServedConnectionOptions {
  /** Says whether a request may come in. Default: everybody may. */
  authorize?: Authorize
  /** Who is at the other end, for people, where the framework knows it. Default: `http://unknown`. */
  remoteOf?: (request: Request) => string
  /** The longest body that is taken, in bytes; a longer one is answered with 413. Default 16 MiB. */
  maxBytes?: number
  /** Where is counted which bounds were hit. Default: nowhere. */
  counters?: ConnectionCounters
  /** Default: the platform's. */
  clock?: Clock
  /** Default: says nothing. */
  log?: Log
}

/**
 * A function from `Request` to `Response`, as every web framework takes one: JSON-RPC over HTTP, one message per POST.
 * Errors of JSON-RPC are answered with status 200, notifications with 204; anything but a POST with a JSON content type is
 * turned away.
 *
 * Hosts and origins are checked as on a listener, by the host of the request's URL: on a loopback address foreign origins
 * are refused. A framework that builds the URL from the Host header should be given `allowedHosts`. Pages whose origin is
 * allowed are answered as browsers ask for it (CORS): route OPTIONS here, too.
 */
export function fetchHandler(
  handler: RequestHandler,
  options: FetchHandlerOptions = {},
): (request: Request) => Promise<Response> {
  const { maxBytes = DEFAULT_MAX_BYTES } = options
  return async (request) => {
    const listensOn = new URL(request.url).hostname.replace(/^\[(.*)\]$/, "$1")
    const foreign = foreignReason(request, listensOn, options)
    if (foreign !== undefined) return refuse({ status: 403, reason: foreign }, {})
    const cors = corsPolicy(listensOn, options)
    const header = (name: string): string | undefined => request.headers.get(name) ?? undefined
    const preflight = cors.preflight(request.method, header)
    if (preflight !== undefined) return new Response(null, { status: 204, headers: preflight })
    const headers = cors.headersFor(header("origin"))
    const access = accessOf(request, options)
    const refusal = (await refused(access, options)) ?? refusalOf(headOf(request), maxBytes)
    if (refusal !== undefined) return refuse(refusal, headers)
    const body = await readBody(request, maxBytes)
    if (body === undefined) return refuse(tooLong(maxBytes), headers)
    const { status, text } = await answer(handler, body, request.signal, access, options)
    if (text === undefined) return new Response(null, { status, headers })
    return new Response(text, { status, headers: { ...headers, "content-type": "application/json" } })
  }
}

function accessOf(request: Request, { remoteOf = () => "http://unknown" }: FetchHandlerOptions): AccessRequest {
  const { method, url, headers } = request
  return { method, url, headers, remote: remoteOf(request) }
}

async function answer(
  handler: RequestHandler,
  body: Uint8Array,
  signal: AbortSignal,
  access: AccessRequest,
  options: FetchHandlerOptions,
) {
  const { clock = platformClock, log = silentLog, maxBytes = DEFAULT_MAX_BYTES, counters } = options
  const exchange = new HttpExchange(textOf(body), access.remote, { clock, log, maxBytes })
  const hangUp = (): void => exchange.end()
  signal.addEventListener("abort", hangUp, { once: true })
  const task = handler.connections.start(
    async (scope) => {
      const answerer: Handler = (each) => handler.handle(each)
      const given = { ...exchangeConnection(options), ...(counters && { counters }) }
      const connection = new Connection(exchange, { ...given, handler: answerer, clock, log })
      if (options.authorize !== undefined) setAccess(connection, access)
      const unlink = scope.onCancel(() => void connection.close())
      await connection.closed
      unlink()
    },
    { name: "JSON-RPC request by HTTP", clock, onStop: () => {} },
  )
  const answered = await exchange.answer
  await task.join()
  signal.removeEventListener("abort", hangUp)
  return answered
}

function foreignReason(request: Request, listensOn: string, options: FetchHandlerOptions): string | undefined {
  const { headers, url } = request
  return hostGuard(listensOn, options)(headers.get("host") ?? new URL(url).host, headers.get("origin") ?? undefined)
}

async function refused(access: AccessRequest, options: FetchHandlerOptions): Promise<Refusal | undefined> {
  const { authorize, clock = platformClock, log = silentLog } = options
  return authorize === undefined ? undefined : askAccess(authorize, access, { clock, log })
}

function headOf({ method, headers }: Request) {
  return {
    method,
    contentType: headers.get("content-type"),
    contentEncoding: headers.get("content-encoding"),
    contentLength: headers.get("content-length"),
  }
}

function refuse(refusal: Refusal, headers: Readonly<Record<string, string>>): Response {
  const { status, reason } = refusal
  return new Response(`${reason}\n`, { status, headers: { ...headers, ...refusalHeaders(refusal) } })
}

/** The whole body, or `undefined` as soon as it is too long. */
async function readBody(request: Request, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > maxBytes) return undefined
    chunks.push(chunk)
  }
  return concat(chunks)
}
