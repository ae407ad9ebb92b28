import type { IncomingMessage, ServerResponse } from "node:http"
import { DEFAULT_MAX_BYTES } from "../framing/framing.ts"
import { textOf } from "../framing/text.ts"
import { HttpExchange } from "../transport/http-exchange.ts"
import { refusalOf, tooLong } from "../transport/http.ts"
import type { TransportBinder } from "../transport/scheme.ts"
import { WaitingRoom } from "../transport/waiting-room.ts"
import { answerRefusal, bindHttp, remoteOf, type HttpAccessOptions, type HttpDoors } from "./http-server.ts"
import type { TlsServerIdentity } from "./tls.ts"

/** Options of an HTTP server. */
export interface HttpServerOptions extends HttpAccessOptions {
  /** The longest body that is taken, in bytes; a longer one is answered with 413. Default 16 MiB. */
  maxBytes?: number
}

/**
 * Listens on `http://` and `https://` URLs: one message per POST. Errors of JSON-RPC are answered with status 200,
 * notifications with 204. Anything but a POST with a JSON content type is turned away.
 */
export function httpBinder(options: HttpServerOptions = {}, identity?: TlsServerIdentity): TransportBinder {
  const { maxBytes = DEFAULT_MAX_BYTES } = options
  return async (url, { clock, log }) => {
    const scheme = url.slice(0, url.indexOf(":") + 1).toLowerCase()
    const room = new WaitingRoom()
    const isOpen = (): boolean => bound.server.listening
    const onRequest: HttpDoors["onRequest"] = (request, response, access) => {
      const { method, headers } = request
      const head = {
        method,
        contentType: headers["content-type"],
        contentEncoding: headers["content-encoding"],
        contentLength: headers["content-length"],
      }
      const refusal = refusalOf(head, maxBytes)
      if (refusal !== undefined) return answerRefusal(response, refusal)
      readBody(request, maxBytes, (bytes) => {
        if (bytes === undefined) return answerRefusal(response, tooLong(maxBytes))
        const exchange = new HttpExchange(textOf(bytes), remoteOf(scheme, request), clock)
        room.enter(carry(exchange, response, isOpen), access)
      })
    }
    const bound = await bindHttp(url, options, identity, { onRequest }, log)
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

/** Writes the exchange's answer into the response. */
function carry(exchange: HttpExchange, response: ServerResponse, isOpen: () => boolean): HttpExchange {
  response.on("close", () => exchange.end())
  void exchange.answer.then(({ status, text }) => {
    if (response.destroyed) return
    // Who is answered while the server stops has no further requests.
    if (!isOpen()) response.setHeader("connection", "close")
    if (text === undefined) response.writeHead(status).end()
    else
      response
        .writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) })
        .end(text)
  })
  return exchange
}

/** Gives the whole body, or `undefined` as soon as it is too long. A request that breaks off gives nothing. */
function readBody(request: IncomingMessage, maxBytes: number, done: (body: Uint8Array | undefined) => void): void {
  const chunks: Buffer[] = []
  let length = 0
  const take = (chunk: Buffer): void => {
    length += chunk.length
    chunks.push(chunk)
    if (length <= maxBytes) return
    request.off("data", take)
    request.off("end", end)
    request.resume()
    done(undefined)
  }
  const end = (): void => done(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))
  request.on("data", take)
  request.on("end", end)
  request.on("error", () => {})
}
