import { DEFAULT_MAX_BYTES } from "../framing/framing.ts"
import { DEFAULT_LINE_LIMITS, type LineLimits } from "./line-limits.ts"
import { DEFAULT_PARSE_LIMITS, type ParseLimits } from "../message/parse.ts"

/** What one connection may cost. The bytes of one message are bounded by the framing. */
export interface ConnectionLimits extends LineLimits, ParseLimits {
  /**
   * The longest message that is sent, in bytes. A call or notification that is longer is not sent and fails with a
   * `MessageTooLongError`, as does `send` of a sink; a reply, alone or in a batch, goes out as error -32008 in its place.
   * Default 16 MiB, which is what readers take; where `maxBytes` of the framing, WebSocket or HTTP is more than that, as much:
   * who reads longer messages speaks with one who does so.
   */
  readonly maxSendBytes: number
  /**
   * Requests and notifications that may be worked on at once. When it is reached, reading pauses until one is done; if
   * this side itself waits for an answer, which it could not read then, what is surplus is refused. Default 2,048.
   */
  readonly maxInFlight: number
  /**
   * Bytes of the texts of requests and notifications that may be worked on at once. One more is begun while it is not
   * reached, and then as with `maxInFlight`. Default 64 MiB.
   */
  readonly maxInFlightBytes: number
  /** How long messages are handled without a break before other connections have their turn, in milliseconds. Default 1. */
  readonly turnMs: number
  /** Subscriptions that the other side may have at once; one more is answered with -32006. Default 1,024. */
  readonly maxSubscriptions: number
}

/** The limits when nobody says otherwise. */
export const DEFAULT_LIMITS: ConnectionLimits = {
  ...DEFAULT_PARSE_LIMITS,
  ...DEFAULT_LINE_LIMITS,
  maxSendBytes: DEFAULT_MAX_BYTES,
  maxInFlight: 2048,
  maxInFlightBytes: 64 * 1024 * 1024,
  turnMs: 1,
  maxSubscriptions: 1024,
}

/** The limits of a connection whose transport takes in messages of so many bytes. Those that nobody changes are one object. */
export function limitsOf(given: Partial<ConnectionLimits> | undefined, maxBytes: number | undefined): ConnectionLimits {
  const isRaised = maxBytes !== undefined && maxBytes > DEFAULT_LIMITS.maxSendBytes
  if (!isRaised && given === undefined) return DEFAULT_LIMITS
  return { ...DEFAULT_LIMITS, ...(isRaised && { maxSendBytes: maxBytes }), ...given }
}
