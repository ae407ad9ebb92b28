import type { IncomingMessage, ServerResponse } from "node:http"
import { DEFAULT_MAX_BYTES } from "../framing/framing.ts"
import { textOf } from "../framing/text.ts"
import type { AccessRequest } from "../transport/access.ts"
import type { CorsOptions } from "../transport/cors.ts"
import { HttpExchange, type HttpExchangeOptions } from "../transport/http-exchange.ts"
import { refusalOf, tooLong, type Refusal } from "../transport/http.ts"
import type { Welcome } from "../transport/listener.ts"
import { WaitingRoom } from "../transport/waiting-room.ts"
import { answerRefusal, HttpGate, remoteOf, type GatePlace, type HttpAccessOptions } from "./http-gate.ts"

/** What is said of calls by HTTP, wherever they come in. */
export interface HttpDoorOptions extends HttpAccessOptions, CorsOptions {
  /** The longest body that is taken, in bytes; a longer one is answered with 413. Default 16 MiB. */
  maxBytes?: number
}

/** Makes transports of HTTP requests: one message per POST. */
export class HttpDoor {
  readonly #maxBytes: number
  readonly #gate: HttpGate
  readonly #exchange: HttpExchangeOptions
  readonly #room = new WaitingRoom()
  #status: "open" | "closed" = "open"
  #refused = 0

  constructor(options: HttpDoorOptions, place: GatePlace) {
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES
    this.#gate = new HttpGate(options, place)
    this.#exchange = { clock: place.clock, log: place.log, maxBytes: this.#maxBytes }
  }

  /** Requests that were turned away. */
  get refused(): number {
    return this.#refused
  }

  accept(welcome: Welcome): void {
    this.#room.accept(welcome)
  }

  close(): void {
    this.#status = "closed"
    this.#room.close()
  }

  /** Answers a request, or turns it away. */
  take(request: IncomingMessage, response: ServerResponse): void {
    const foreign = this.#gate.foreign(request)
    if (foreign !== undefined) return this.#refuse(response, foreign)
    const cors = this.#gate.cors(request)
    const preflight = cors.preflight(request.method, (name) => request.headers[name] as string | undefined)
    if (preflight !== undefined) return void response.writeHead(204, preflight).end()
    const headers = Object.entries(cors.headersFor(request.headers.origin))
    for (const [name, value] of headers) response.setHeader(name, value)
    void this.#gate.ask(request).then(({ refusal, entry }) => {
      if (refusal === undefined) this.#read(request, response, entry)
      else this.#refuse(response, refusal)
    })
  }

  #read(request: IncomingMessage, response: ServerResponse, entry: AccessRequest | undefined): void {
    const refusal = refusalOfRequest(request, this.#maxBytes)
    if (refusal !== undefined) return this.#refuse(response, refusal)
    letSend(request, response)
    readBody(request, this.#maxBytes, (bytes) => {
      if (bytes === undefined) return this.#refuse(response, tooLong(this.#maxBytes))
      const exchange = new HttpExchange(textOf(bytes), remoteOf("http:", request), this.#exchange)
      this.#carry(exchange, response)
      this.#room.enter(exchange, entry)
    })
  }

  #refuse(response: ServerResponse, refusal: Refusal): void {
    this.#refused++
    answerRefusal(response, refusal)
  }

  /** Writes the exchange's answer into the response. */
  #carry(exchange: HttpExchange, response: ServerResponse): void {
    response.on("close", () => exchange.end())
    void exchange.answer.then(({ status, text }) => {
      if (response.destroyed) return
      // Who is answered while the server stops has no further requests.
      if (this.#status === "closed") response.setHeader("connection", "close")
      if (text === undefined) return void response.writeHead(status).end()
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(text) }
      response.writeHead(status, headers).end(text)
    })
  }
}

function refusalOfRequest(request: IncomingMessage, maxBytes: number): Refusal | undefined {
  const { method, headers } = request
  const head = {
    method,
    contentType: headers["content-type"],
    contentEncoding: headers["content-encoding"],
    contentLength: headers["content-length"],
  }
  const refusal = refusalOf(head, maxBytes)
  if (refusal !== undefined || !request.readableDidRead) return refusal
  return { status: 500, reason: "something has read the body already; mount JSON-RPC before what parses bodies" }
}

/** Tells who waits for it (`Expect: 100-continue`) to send the body. Where Node has done so already it says so in no other way. */
function letSend(request: IncomingMessage, response: ServerResponse): void {
  const isAsked = request.headers.expect?.toLowerCase() === "100-continue"
  if (isAsked && (response as { readonly _sent100?: boolean })._sent100 !== true) response.writeContinue()
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
