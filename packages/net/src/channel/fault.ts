import type { DecodeError } from "@dchat/wire"
import type { BanPolicy } from "../settings/settings.ts"
import type { SessionKind } from "../session-kind.ts"

/** What a peer can do wrong on a channel (darkfi-net 2.4, 4.5, 5.2, 5.3). */
export type PeerFault =
  /** A packet does not begin with the network's four bytes. */
  | { readonly kind: "wrong-magic"; readonly got: Uint8Array }
  /** The length of a command is not a minimal VarInt. */
  | { readonly kind: "bad-command-length" }
  | { readonly kind: "command-too-long"; readonly length: number }
  | { readonly kind: "command-not-utf8" }
  /** Nobody here knows the command; it may be empty. */
  | { readonly kind: "unknown-command"; readonly command: string }
  /** The length of a payload is not a minimal VarInt. */
  | { readonly kind: "bad-payload-length"; readonly command: string }
  | { readonly kind: "payload-too-long"; readonly command: string; readonly length: number; readonly limit: number }
  /** The payload is not what the command says. */
  | { readonly kind: "bad-payload"; readonly command: string; readonly error: DecodeError }
  /** The payload goes on after the message has ended. */
  | { readonly kind: "surplus-payload"; readonly command: string; readonly surplus: number }
  /** More messages than the meters of the channel allow. */
  | { readonly kind: "over-limit"; readonly total: number; readonly limit: number }
  /** A subscription that closes when it is full was full. */
  | { readonly kind: "too-fast"; readonly command: string }
  /** The version exchange found another application, or another major or minor version of it. */
  | { readonly kind: "version-mismatch"; readonly got: string; readonly want: string }
  | { readonly kind: "handshake-timeout" }
  | { readonly kind: "pong-timeout" }
  | { readonly kind: "wrong-pong" }

/** What follows from a fault. `ignore` keeps the channel, all others end it. */
export type Consequence = "ignore" | "stop" | "ban"

/** A fault of each kind bans on the sessions of its row, under the strict policy. Those without a row only stop. */
const BANS: Readonly<Partial<Record<PeerFault["kind"], "outbound" | "any">>> = {
  "wrong-magic": "outbound",
  "command-too-long": "any",
  "unknown-command": "any",
  "bad-payload-length": "any",
  "payload-too-long": "any",
  "bad-payload": "any",
  // The reference delivers the message, and takes what is left over for a packet with another magic.
  "surplus-payload": "outbound",
  "over-limit": "any",
  "version-mismatch": "outbound",
}

/** Faults that a channel survives where it is told to be patient: what is wrong can be skipped. */
const SKIPPED: ReadonlySet<PeerFault["kind"]> = new Set([
  "unknown-command",
  "payload-too-long",
  "bad-payload",
  "surplus-payload",
  "over-limit",
])

/**
 * Sessions on which what can be skipped is skipped: on a probe and on a visit to a seed we do not know all that the peer
 * may say, since no application's protocol runs there (darkfi-net 2.4, 12.3 #10).
 */
export const PATIENT: Readonly<Record<SessionKind, boolean>> = {
  inbound: false,
  outbound: false,
  manual: false,
  seed: true,
  refine: true,
  direct: false,
}

/** Whether a fault can be skipped, so that a patient channel lives on. */
export function isSkippable(fault: PeerFault): boolean {
  return SKIPPED.has(fault.kind)
}

/** What follows from a fault on a channel of a session (darkfi-net 2.4, 4.6). */
export function consequenceOf(fault: PeerFault, session: SessionKind, policy: BanPolicy): Consequence {
  if (PATIENT[session] && isSkippable(fault)) return "ignore"
  const row = BANS[fault.kind]
  const bans = row === "any" || (row === "outbound" && session === "outbound")
  return bans && policy === "strict" ? "ban" : "stop"
}

/** A fault in words, as a log says it. */
export function describeFault(fault: PeerFault): string {
  switch (fault.kind) {
    case "wrong-magic":
      return `a packet begins with ${Array.from(fault.got, (byte) => byte.toString(16).padStart(2, "0")).join(" ")}, which is not this network's magic`
    case "bad-command-length":
      return "the length of a command is not a minimal VarInt"
    case "command-too-long":
      return `a command of ${fault.length} bytes`
    case "command-not-utf8":
      return "a command is not UTF-8"
    case "unknown-command":
      return `unknown command ${JSON.stringify(fault.command)}`
    case "bad-payload-length":
      return `the length of a ${fault.command} is not a minimal VarInt`
    case "payload-too-long":
      return `a ${fault.command} of ${fault.length} bytes, ${fault.limit} are allowed`
    case "bad-payload":
      return `a ${fault.command} does not decode: ${fault.error.message}`
    case "surplus-payload":
      return `a ${fault.command} has ${fault.surplus} bytes too many`
    case "over-limit":
      return `too many messages: they count ${fault.total}, ${fault.limit} is allowed`
    case "too-fast":
      return `more of ${fault.command} than we can read`
    case "version-mismatch":
      return `the peer is ${fault.got}, we are ${fault.want}`
    case "handshake-timeout":
      return "the version exchange took too long"
    case "pong-timeout":
      return "no pong in time"
    case "wrong-pong":
      return "a pong with another nonce than the ping's"
  }
}
