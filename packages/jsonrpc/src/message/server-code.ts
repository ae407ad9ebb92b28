/** What this package means by the codes that JSON-RPC leaves to servers. -32000 is all the rest: `ErrorCode.server`. */
export const ServerCode = {
  /** The caller may not do that. */
  unauthorized: -32001,
  /** The method took longer than it may. */
  timedOut: -32002,
  /** The caller has cancelled the call. */
  cancelled: -32003,
  /** The server stops, and with it the subscription. Over another connection it may be made again. */
  closing: -32004,
  /** Too often or too many at once. `data.retryAfterMs`, when it is there, says when to try again. */
  limitExceeded: -32005,
  /** The connection has as many subscriptions as it may. */
  tooManySubscriptions: -32006,
  /** The subscriber read too slowly, and its subscription was to be closed then. */
  tooSlow: -32007,
  /** The reply is longer than the limit of the side that replies: `maxSendBytes`. */
  replyTooLong: -32008,
} as const
