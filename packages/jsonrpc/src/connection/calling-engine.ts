import type { Params } from "../message/message.ts"
import { isId, isRecord, own, readResponse } from "../message/response.ts"
import { batchText } from "../message/serialise.ts"
import { PendingCalls, type CallingEvent, type PendingCall, type PlacedResponse } from "./pending-calls.ts"

/**
 * The calling half of an engine, without any I/O: texts go in, events come out, and what is to be sent is returned.
 * Requests of the other side are refused.
 */
export class CallingEngine<Call extends PendingCall> extends PendingCalls<Call> {
  /**
   * Takes a text that came in. Never throws.
   *
   * What is no message means nothing. How deep it is nested does not matter: nothing here walks through values.
   */
  receive(text: string): readonly CallingEvent<Call>[] {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      return []
    }
    const isBatch = Array.isArray(value)
    const events: CallingEvent<Call>[] = []
    const responses: PlacedResponse[] = []
    const refusals: string[] = []
    for (const [index, message] of (isBatch ? (value as unknown[]) : [value]).entries()) {
      if (!isRecord(message)) continue
      const method = own(message, "method")
      const id = own(message, "id")
      if (method === undefined) responses.push({ message: readResponse(message), index })
      else if (id !== undefined) refusals.push(refusalText(id))
      else events.push({ kind: "notification", method: method as string, params: own(message, "params") as Params })
    }
    if (refusals.length > 0) events.push({ kind: "reply", text: isBatch ? batchText(refusals) : refusals.join() })
    return events.concat(
      isBatch ? this.settleBatch(responses, text) : responses.flatMap(({ message }) => this.settle(message, text)),
    )
  }
}

/** What somebody hears who calls a side that serves nothing. */
function refusalText(id: unknown): string {
  const known = JSON.stringify(isId(id) ? id : null)
  return `{"jsonrpc":"2.0","id":${known},"error":{"code":-32601,"message":"Method not found"}}`
}
