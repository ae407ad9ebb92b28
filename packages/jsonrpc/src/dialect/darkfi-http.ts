import type { Network } from "@dchat/runtime"
import { DEFAULT_MAX_BYTES, FramingError, type Framing } from "../framing/framing.ts"
import { prefixedFraming, type ReadHead } from "../framing/prefixed.ts"
import { hostGuard } from "../transport/host-guard.ts"
import { streamDialers, streamListeners, type Dialers, type Listeners } from "../transport/scheme.ts"

/** Options of {@link darkfiHttpFraming}. */
export interface DarkfiHttpOptions {
  /** Whether what is sent is requests or responses. What comes in is read alike. */
  readonly role: "client" | "server"
  /** The longest body that is taken, in bytes; a longer one closes the connection. Default 16 MiB. */
  readonly maxBytes?: number
}

/** A head takes no more than this, in bytes. */
const HEAD_MAX_BYTES = 8 * 1024
/** As many as the reference takes. */
const MAX_HEADERS = 8
const HEAD_END = [0x0d, 0x0a, 0x0d, 0x0a]
const LENGTH = /^\d{1,15}$/
/** Ours begin so: whoever makes the text is this package. */
const ERROR_RESPONSE = /^\{"jsonrpc":"2\.0","id":(?:"(?:[^"\\]|\\.)*"|[^",]*),"error":/

/**
 * DarkFi's HTTP mode (darkfi-rpc 2.1): each message is the body of a request or a response on one lasting connection,
 * answered in any order; 400 for an error, 200 for all else. There is no Host header. A browser always sends one, so that
 * a request with one is taken from this computer's own pages only; any breach closes the connection without an answer.
 */
export function darkfiHttpFraming({ role, maxBytes = DEFAULT_MAX_BYTES }: DarkfiHttpOptions): Framing {
  const encoder = new TextEncoder()
  const firstLine = role === "client" ? (): string => "POST /json_rpc HTTP/1.1" : statusLine
  return prefixedFraming({
    maxBytes,
    readHead: (bytes, at) => readHttpHead(bytes, at, maxBytes),
    head(body, text) {
      const headers = `Content-Length: ${body.length}\r\nContent-Type: application/json`
      return encoder.encode(`${firstLine(text)}\r\n${headers}\r\n\r\n`)
    },
  })
}

/** Dialers for `http+tcp://` and `http+unix://`: for the option `schemes` of `connect`. */
export function darkfiHttpDialers(network: Pick<Network, "connect">): Dialers {
  const dialers = streamDialers(network)
  const framing = darkfiHttpFraming({ role: "client" })
  return prefixed(dialers, (dial) => (url, context) => dial(withoutHttp(url), { ...context, framing }))
}

/** Listeners for `http+tcp://` and `http+unix://`: for the option `schemes` of `serve`. */
export function darkfiHttpListeners(network: Pick<Network, "listen">): Listeners {
  const framing = darkfiHttpFraming({ role: "server" })
  return prefixed(streamListeners(network), (listen) => async (url, context) => {
    const listener = await listen(withoutHttp(url), { ...context, framing })
    return { ...listener, address: `http+${listener.address}` }
  })
}

function prefixed<T>(schemes: Readonly<Record<string, T>>, wrap: (each: T) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(schemes).map(([scheme, each]) => [`http+${scheme}`, wrap(each)]))
}

function withoutHttp(url: string): string {
  return url.replace(/^http\+/i, "")
}

function statusLine(text: string): string {
  return ERROR_RESPONSE.test(text) ? "HTTP/1.1 400 Bad Request" : "HTTP/1.1 200 OK"
}

const isFromHere = hostGuard("localhost")

function readHttpHead(bytes: Uint8Array, at: number, maxBytes: number): ReturnType<ReadHead> {
  const end = headEnd(bytes, at)
  if ((end ?? bytes.length) - at > HEAD_MAX_BYTES) return bad(`a head is longer than ${HEAD_MAX_BYTES} bytes`)
  if (end === undefined) return undefined
  const [, ...lines] = new TextDecoder().decode(bytes.subarray(at, end)).split("\r\n")
  if (lines.length > MAX_HEADERS) return bad(`there are more than ${MAX_HEADERS} headers`)
  const headers = new Map(lines.map(headerOf))
  if (headers.size < lines.length) return bad("two headers have one name")
  const refusal = isFromHere(headers.get("host") ?? "localhost", headers.get("origin"))
  if (refusal !== undefined) return new FramingError("http-request", refusal)
  const length = headers.get("content-length") ?? ""
  if (!LENGTH.test(length) || Number(length) === 0) return bad("there is no Content-Length")
  if (Number(length) > maxBytes) return new FramingError("message-too-long", `a body is longer than ${maxBytes} bytes`)
  return { start: end + HEAD_END.length, length: Number(length) }
}

function headerOf(line: string): [name: string, value: string] {
  const [name = "", ...value] = line.split(":")
  return [name.trim().toLowerCase(), value.join(":").trim()]
}

function headEnd(bytes: Uint8Array, from: number): number | undefined {
  const last = Math.min(bytes.length, from + HEAD_MAX_BYTES + HEAD_END.length)
  for (let at = bytes.indexOf(0x0d, from); at !== -1 && at < last; at = bytes.indexOf(0x0d, at + 1)) {
    if (HEAD_END.every((byte, index) => bytes[at + index] === byte)) return at
  }
  return undefined
}

function bad(reason: string): FramingError {
  return new FramingError("bad-header", reason)
}
