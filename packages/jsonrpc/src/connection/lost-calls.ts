import type { Id } from "../message/message.ts"
import { ConnectError } from "../transport/errors.ts"
import type { OutgoingCall } from "./call.ts"
import { DeliveryError } from "./errors.ts"
import type { PendingCalls } from "./pending-calls.ts"

/** Fails the calls of a text that was sent and is lost. */
export function failLost(calls: PendingCalls<OutgoingCall>, text: string, error: Error): void {
  const sent = error instanceof ConnectError ? "no" : "maybe"
  for (const { id } of [JSON.parse(text)].flat() as { id?: Id }[]) {
    const call = id === undefined ? undefined : calls.pending.get(id)
    if (call === undefined || !calls.forget(call)) continue
    call.end(new DeliveryError(`the call was not answered: ${error.message}`, sent, { cause: error }))
  }
}
