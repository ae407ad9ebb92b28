/** What made a connection (darkfi-net 4.7, 6). */
export const SESSION_KINDS = ["inbound", "outbound", "manual", "seed", "refine", "direct"] as const

/** What made a connection. */
export type SessionKind = (typeof SESSION_KINDS)[number]

/** Several kinds of session: the union of their bits in {@link SESSION_BITS}. */
export type SessionMask = number

/** One bit for each kind of session. */
export const SESSION_BITS: Readonly<Record<SessionKind, SessionMask>> = {
  inbound: 0b00_0001,
  outbound: 0b00_0010,
  manual: 0b00_0100,
  seed: 0b00_1000,
  refine: 0b01_0000,
  direct: 0b10_0000,
}

/** The sessions that applications talk on: inbound, outbound, manual and direct. */
export const SESSION_DEFAULT: SessionMask = 0b10_0111

/** Every session. */
export const SESSION_ALL: SessionMask = 0b11_1111

/** Whether a kind of session is among those of a mask. */
export function isIn(kind: SessionKind, mask: SessionMask): boolean {
  return (SESSION_BITS[kind] & mask) !== 0
}
