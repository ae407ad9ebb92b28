/** What the other side may leave unread. */
export interface LineLimits {
  /** Reading pauses while the other side leaves more than this many bytes unread. Default 1 MiB. */
  readonly pauseAtBytes: number
  /** The connection is closed when the other side leaves more than this many bytes unread. Default 64 MiB. */
  readonly closeAtBytes: number
}

/** {@link LineLimits.closeAtBytes} when nobody says otherwise. */
export const DEFAULT_CLOSE_AT_BYTES = 64 * 1024 * 1024

/** The limits of a line when nobody says otherwise. */
export const DEFAULT_LINE_LIMITS: LineLimits = { pauseAtBytes: 1024 * 1024, closeAtBytes: DEFAULT_CLOSE_AT_BYTES }

/** Why a connection is closed to whom `closeAtBytes` concerns. */
export function tooMuchUnread(closeAtBytes: number): Error {
  return new Error(`the other side left more than ${closeAtBytes} bytes unread`)
}
