import type { Transport } from "@dchat/jsonrpc"
import type { ClientVector } from "../vector.ts"
import type { Wire, WireReader } from "../wire.ts"

/** The server's end of an HTTP connection: the one POST that came, and its answer. */
export class HttpWire implements Wire {
  #exchange: Transport | undefined
  #reader: WireReader | undefined
  readonly #early: string[] = []

  /** Takes the POST. */
  take(exchange: Transport): void {
    this.#exchange = exchange
    exchange.readInto({
      messages: (frames) => {
        for (const frame of frames) this.#give(typeof frame === "string" ? frame : frame.reason)
      },
      end: () => {},
      close: () => {},
    })
  }

  send(text: string): void {
    this.#exchange?.send(text)
    this.#exchange?.end()
  }

  readInto(reader: WireReader): void {
    this.#reader = reader
    for (const text of this.#early.splice(0)) reader.text(text)
  }

  async close(): Promise<void> {
    await this.#exchange?.close()
  }

  #give(text: string): void {
    if (this.#reader === undefined) this.#early.push(text)
    else this.#reader.text(text)
  }
}

/** Why a client cannot be tried with a vector over HTTP, if it cannot. */
export function unfitForHttp({ calls, server, answers = [] }: ClientVector): string | undefined {
  if (calls.length > 1) return "each message is a POST of its own, and they have no order"
  if (server.filter((move) => "send" in move).length > 1) return "one message brings one answer"
  if (answers.length > 0) return "the server cannot call back, and is not answered"
  return undefined
}
