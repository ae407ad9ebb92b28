import type { Clock } from "@dchat/runtime"
import { platformClock } from "@dchat/runtime/platform"
import { DrainWaiters } from "./drain-waiters.ts"
import { TransportLostError } from "./errors.ts"
import { Mailbox } from "./mailbox.ts"
import type { Transport, TransportReader } from "./transport.ts"

/** What came back for a POST. */
export interface HttpReply {
  readonly status: number
  readonly body: string
}

/** Sends one POST with a JSON body. Rejects when nothing came back, or with the signal's reason. */
export type HttpPost = (body: string, signal: AbortSignal) => Promise<HttpReply>

/** Options of {@link httpTransport}. */
export interface HttpTransportOptions {
  /** Default: the platform's. */
  clock?: Pick<Clock, "defer">
  /** Called when the transport has closed. */
  onClose?: () => void
  /** The longest response that `post` takes, in bytes. Default: it does not say. */
  maxBytes?: number
}

/**
 * A client's transport over HTTP: each message is a POST of its own, each body that comes back is a message, whatever
 * the status. A POST that brings no message back is told to the reader as lost; the transport lives on.
 *
 * The other side cannot call back, and nobody can subscribe.
 */
export function httpTransport(url: string, post: HttpPost, options: HttpTransportOptions = {}): Transport {
  return new HttpTransport(url, post, options)
}

const HIGH_WATER_MARK = 64 * 1024

class HttpTransport implements Transport {
  readonly remote: string
  readonly isAnswersOnly = true
  readonly maxBytes: number | undefined
  readonly #post: HttpPost
  readonly #mailbox: Mailbox
  readonly #drain = new DrainWaiters()
  readonly #onClose: (() => void) | undefined
  readonly #inFlight = new Set<AbortController>()
  #reader: TransportReader | undefined
  #waiting: string[] = []
  #sending: "open" | "ended" = "open"
  #bufferedBytes = 0

  constructor(url: string, post: HttpPost, { clock = platformClock, onClose, maxBytes }: HttpTransportOptions) {
    this.remote = url
    this.maxBytes = maxBytes
    this.#post = post
    this.#onClose = onClose
    this.#mailbox = new Mailbox(clock)
  }

  /** Characters of the POSTs that were not answered yet. */
  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  readInto(reader: TransportReader): void {
    this.#mailbox.readInto(reader)
    this.#reader = reader
  }

  pause(): void {
    this.#mailbox.pause()
  }

  resume(): void {
    this.#mailbox.resume()
  }

  send(text: string): void {
    if (this.#sending === "open") this.#waiting.push(text)
  }

  flush(): void {
    for (const text of this.#waiting.splice(0)) void this.#deliver(text)
  }

  drained({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    return this.#bufferedBytes <= HIGH_WATER_MARK ? Promise.resolve() : this.#drain.wait(signal)
  }

  end(): void {
    this.flush()
    this.#sending = "ended"
    this.#closeWhenDone()
  }

  close(): Promise<void> {
    this.#waiting = []
    this.#sending = "ended"
    this.#mailbox.drop()
    this.#shut()
    for (const post of this.#inFlight) post.abort()
    this.#drain.wake()
    return Promise.resolve()
  }

  async #deliver(text: string): Promise<void> {
    const abort = new AbortController()
    this.#inFlight.add(abort)
    this.#bufferedBytes += text.length
    try {
      const { status, body } = await this.#post(text, abort.signal)
      if (/^\s*[[{]/.test(body)) this.#mailbox.put([body])
      else this.#reader?.lost?.(text, new TransportLostError(noMessage(status, body)))
    } catch (error) {
      if (!this.#mailbox.isClosed) this.#reader?.lost?.(text, error as Error)
    } finally {
      this.#inFlight.delete(abort)
      this.#bufferedBytes -= text.length
      if (this.#bufferedBytes <= HIGH_WATER_MARK) this.#drain.wake()
      this.#closeWhenDone()
    }
  }

  #closeWhenDone(): void {
    if (this.#sending === "ended" && this.#inFlight.size === 0) this.#shut()
  }

  #shut(): void {
    if (this.#mailbox.isClosed) return
    this.#mailbox.close(undefined)
    this.#onClose?.()
  }
}

/** A server that turns a request away often says why, in its first line. A page of HTML says nothing to a person. */
function noMessage(status: number, body: string): string {
  const [line = ""] = body.trim().split("\n", 1)
  const said = line === "" || line.startsWith("<") ? "" : `: ${line.slice(0, 200)}`
  return `HTTP status ${status}, and no JSON-RPC message${said}`
}
