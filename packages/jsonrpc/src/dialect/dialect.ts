import type { ErrorObject, Id } from "../message/message.ts"
import type { DeadlineSpelling, ProgressSpelling } from "./call-notes-spelling.ts"
import type { CancellationSpelling } from "./cancellation-spelling.ts"
import type { SubscriptionSpelling } from "./subscription-spelling.ts"

/** How one family of peers spells what JSON-RPC 2.0 leaves open or what it does its own way. Plain JSON-RPC needs none. */
export interface Dialect {
  readonly name: string
  /**
   * Whether `"params": null` in what comes in means that there are none, as pygls and some editors write it. Default false:
   * the standard does not allow it, and a request is answered with -32600.
   */
  readonly nullParamsAreNone?: boolean
  /** The id under which a request is known and answered, from the one that came in. */
  readonly requestId?: (id: Id) => Id
  /** The error object that is sent, from the standard one. */
  readonly errorObject?: (error: ErrorObject) => ErrorObject
  /** Default: {@link plainSubscriptions}. */
  readonly subscriptions?: SubscriptionSpelling
  /** How the other side is told that nobody waits for an answer any more. Default: it is not told. */
  readonly cancellation?: CancellationSpelling
  /** How callers hear how far a call has come. Default: they do not. */
  readonly progress?: ProgressSpelling
  /** How the other side learns how long a caller waits. Default: it does not. */
  readonly deadline?: DeadlineSpelling
}
