import { DEFAULT_PARSE_LIMITS, type ParseLimits } from "../message/parse.ts"

/** What one connection may cost. The bytes of one message are bounded by the framing. */
export interface ConnectionLimits extends ParseLimits {
  /**
   * Requests and notifications that may be worked on at once. When it is reached, reading pauses until one is done; if
   * this side itself waits for an answer, which it could not read then, what is surplus is refused. Default 2,048.
   */
  readonly maxInFlight: number
  /** How long messages are handled without a break before other connections have their turn, in milliseconds. Default 1. */
  readonly turnMs: number
  /** Subscriptions that the other side may have at once; one more is answered with -32006. Default 1,024. */
  readonly maxSubscriptions: number
  /** Reading pauses while the other side leaves more than this many bytes unread. Default 1 MiB. */
  readonly pauseAtBytes: number
  /** The connection is closed when the other side leaves more than this many bytes unread. Default 64 MiB. */
  readonly closeAtBytes: number
}

/** The limits when nobody says otherwise. */
export const DEFAULT_LIMITS: ConnectionLimits = {
  ...DEFAULT_PARSE_LIMITS,
  maxInFlight: 2048,
  turnMs: 1,
  maxSubscriptions: 1024,
  pauseAtBytes: 1024 * 1024,
  closeAtBytes: 64 * 1024 * 1024,
}
