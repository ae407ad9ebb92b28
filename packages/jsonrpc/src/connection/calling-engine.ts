import type { Params } from "../message/message.ts"
import { isId, isRecord, own, readResponse } from "../message/response.ts"
import { batchText } from "../message/serialise.ts"
import { PendingCalls, type CallingEvent, type PendingCall } from "./pending-calls.ts"

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
    const messages: readonly unknown[] = isBatch ? (value as unknown[]) : [value]
    const source = { text }
    const refusals: string[] = []
    const events = messages.flatMap((message, index): CallingEvent<Call>[] => {
      if (!isRecord(message)) return []
      const method = own(message, "method")
      const id = own(message, "id")
      if (method === undefined) return this.settle(readResponse(message), source, isBatch ? index : undefined)
      if (id === undefined)
        return [{ kind: "notification", method: method as string, params: own(message, "params") as Params }]
      refusals.push(refusalText(id))
      return []
    })
    if (refusals.length > 0) events.push({ kind: "reply", text: isBatch ? batchText(refusals) : refusals.join() })
    return isBatch ? [...events, ...this.settleRest(source)] : events
  }
}

/** What somebody hears who calls a side that serves nothing. */
function refusalText(id: unknown): string {
  const known = JSON.stringify(isId(id) ? id : null)
  return `{"jsonrpc":"2.0","id":${known},"error":{"code":-32601,"message":"Method not found"}}`
}
