import type { Id, Params } from "../message/message.ts"
import type { SpelledMessage } from "./subscription-spelling.ts"

/** How a family of peers tells the other side that nobody waits for an answer any more. */
export interface CancellationSpelling {
  /** What is sent when a caller gives up: its signal aborted, or its time is over. */
  cancel(id: Id): SpelledMessage
  /** The id of the request that a notification cancels; `undefined` when it is no such notification. */
  readCancel(method: string, params: Params | undefined): Id | undefined
}
