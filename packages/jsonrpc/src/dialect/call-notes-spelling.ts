import type { Id, Params } from "../message/message.ts"
import type { SpelledMessage } from "./subscription-spelling.ts"

/** How a family of peers tells callers how far a call has come. */
export interface ProgressSpelling {
  /** The parameters of a call whose caller wants to hear of its progress, under this token. */
  ask(params: Params | undefined, token: number): Params
  /** The token in the parameters of a call; `undefined` when its caller does not want to hear. */
  tokenOf(params: Params | undefined): Id | undefined
  /** What is sent when there is progress. */
  progress(token: Id, value: unknown): SpelledMessage
  /** What a notification says of progress; `undefined` when it is about something else. */
  readProgress(method: string, params: Params | undefined): { readonly token: Id; readonly value: unknown } | undefined
}

/** How a family of peers says how long a caller waits. */
export interface DeadlineSpelling {
  /** The parameters of a call whose caller waits for so many milliseconds. */
  tell(params: Params | undefined, ms: number): Params
  /** How long the caller of a call waits, in milliseconds; `undefined` when it does not say. */
  read(params: Params | undefined): number | undefined
}
