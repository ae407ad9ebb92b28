import { silentLog, type Clock, type Log } from "@dchat/runtime"
import type { Frame } from "../framing/framing.ts"
import type { Transport, TransportReader } from "./transport.ts"

/** What an HTTP request is answered with. */
export interface HttpAnswer {
  /** 200 with a text; 204 when there is nothing to say; 503 when the answer never came. */
  readonly status: 200 | 204 | 503
  readonly text: string | undefined
}

/** What an {@link HttpExchange} is told of where it takes place. */
export interface HttpExchangeOptions {
  readonly clock: Pick<Clock, "defer">
  /** The longest body that is taken there, in bytes. */
  readonly maxBytes: number
  /** Default: says nothing. */
  readonly log?: Log
}

/**
 * One HTTP request and its response, as a transport: brings one message and the end, carries one answer back. Requests
 * and notifications of this side have no way to go and are dropped; the log says so at the level debug.
 */
export class HttpExchange implements Transport {
  readonly remote: string
  readonly bufferedBytes = 0
  readonly maxBytes: number
  /** Settles when the exchange has ended, from whichever side. */
  readonly answer: Promise<HttpAnswer>
  readonly #body: Frame
  readonly #clock: Pick<Clock, "defer">
  readonly #log: Log
  #reader: TransportReader | undefined
  #status: "open" | "closed" = "open"
  #reply: string | undefined
  #resolve!: (answer: HttpAnswer) => void

  constructor(body: Frame, remote: string, { clock, maxBytes, log = silentLog }: HttpExchangeOptions) {
    this.remote = remote
    this.maxBytes = maxBytes
    this.#body = body
    this.#clock = clock
    this.#log = log
    this.answer = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  readInto(reader: TransportReader): void {
    if (this.#reader !== undefined) throw new Error("this transport has a reader already")
    this.#reader = reader
    this.#clock.defer(() => {
      if (this.#status === "closed") return reader.close(undefined)
      reader.messages([this.#body])
      reader.end()
    })
  }

  pause(): void {}

  resume(): void {}

  send(text: string): void {
    if (!OWN_CALL.test(text)) this.#reply ??= text
    else this.#log.debug("HTTP has no way back for what the server sends by itself: dropped", { remote: this.remote })
  }

  flush(): void {}

  drained(): Promise<void> {
    return Promise.resolve()
  }

  end(): void {
    if (this.#status === "closed") return
    this.#status = "closed"
    this.#resolve(this.#outcome())
    this.#clock.defer(() => this.#reader?.close(undefined))
  }

  close(): Promise<void> {
    this.end()
    return Promise.resolve()
  }

  #outcome(): HttpAnswer {
    if (this.#reply !== undefined) return { status: 200, text: this.#reply }
    return { status: wantsAnswer(this.#body) ? 503 : 204, text: undefined }
  }
}

/** A request or notification of ours, as they are serialised. */
const OWN_CALL = /^\{"jsonrpc":"2\.0",(?:"id":"?\d+"?,)?"method":/

function wantsAnswer(body: Frame): boolean {
  try {
    return [JSON.parse(body as string)].flat().some((each: unknown) => Object.hasOwn(each as object, "id"))
  } catch {
    return true
  }
}
