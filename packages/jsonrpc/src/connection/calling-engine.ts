import type { NotificationMessage, Params } from "../message/message.ts"
import { isId, isRecord, own, readResponse } from "../message/response.ts"
import type { JsonRpcError, RpcError } from "../message/rpc-error.ts"
import type { OutgoingCall } from "./call.ts"
import { PendingCalls } from "./pending-calls.ts"

/** What a {@link CallingEngine} tells its connection. */
export interface CallingPort {
  send(text: string): void
  /** A notification came in, in a text of so many messages. */
  take(notification: NotificationMessage, text: string, messages: number): void
  /** An error came that belongs to no call. */
  complain(error: JsonRpcError | undefined): void
}

/** The engine of a side that only calls: what comes in ends calls at once. Requests of the other side are refused. */
export class CallingEngine extends PendingCalls<OutgoingCall, void> {
  readonly #port: CallingPort

  constructor(port: CallingPort) {
    super()
    this.#port = port
  }

  /**
   * Takes a text that came in. Never throws.
   *
   * What is no message means nothing. How deep it is nested does not matter: nothing here walks through values.
   */
  receive(text: string): void {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      return
    }
    const isBatch = Array.isArray(value)
    const messages = [value].flat()
    const source = { text }
    const refusals: object[] = []
    messages.forEach((message, index) => {
      if (!isRecord(message)) return
      const method = own(message, "method") as string | undefined
      const id = own(message, "id")
      if (method === undefined) this.settle(readResponse(message), source, isBatch ? index : undefined)
      else if (id !== undefined) refusals.push(refusal(id))
      else {
        const params = own(message, "params") as Params | undefined
        this.#port.take({ kind: "notification", method, params }, text, messages.length)
      }
    })
    if (refusals.length > 0) this.#port.send(JSON.stringify(isBatch ? refusals : refusals[0]))
    this.settleRest(source)
  }

  protected override resolved(call: OutgoingCall, value: unknown): void {
    call.succeed(value)
  }

  protected override rejected(call: OutgoingCall, error: JsonRpcError): void {
    call.fail(error)
  }

  protected override stray(error: RpcError | undefined, late: boolean): void {
    if (!late) this.#port.complain(error)
  }
}

/** What somebody hears who calls a side that serves nothing. */
function refusal(id: unknown): object {
  return { jsonrpc: "2.0", id: isId(id) ? id : null, error: { code: -32601, message: "Method not found" } }
}
