import { DecodeError } from "@dchat/wire"
import { expect, test } from "vitest"
import { SESSION_KINDS } from "../session-kind.ts"
import { consequenceOf, describeFault, type PeerFault } from "./fault.ts"

const FAULTS: readonly PeerFault[] = [
  { kind: "wrong-magic", got: Uint8Array.of(1, 2, 3, 255) },
  { kind: "bad-command-length" },
  { kind: "command-too-long", length: 256 },
  { kind: "command-not-utf8" },
  { kind: "unknown-command", command: "foo" },
  { kind: "bad-payload-length", command: "ping" },
  { kind: "payload-too-long", command: "ping", length: 3, limit: 2 },
  { kind: "bad-payload", command: "ping", error: new DecodeError("short", "too short", 1) },
  { kind: "surplus-payload", command: "ping", surplus: 1 },
  { kind: "over-limit", total: 29, limit: 28 },
  { kind: "too-fast", command: "chat" },
  { kind: "version-mismatch", got: '"a" 1.0.0', want: '"b" 1.0.0' },
  { kind: "handshake-timeout" },
  { kind: "pong-timeout" },
  { kind: "wrong-pong" },
]

// darkfi-net 2.4, 5.2, 5.3 and 13. On seed and refine sessions what can be skipped is skipped.
const OUTCOMES: Readonly<Record<PeerFault["kind"], readonly [inbound: string, outbound: string, seed: string]>> = {
  "wrong-magic": ["stop", "ban", "stop"],
  "bad-command-length": ["stop", "stop", "stop"],
  "command-too-long": ["ban", "ban", "ban"],
  "command-not-utf8": ["stop", "stop", "stop"],
  "unknown-command": ["ban", "ban", "ignore"],
  "bad-payload-length": ["ban", "ban", "ban"],
  "payload-too-long": ["ban", "ban", "ignore"],
  "bad-payload": ["ban", "ban", "ignore"],
  "surplus-payload": ["stop", "ban", "ignore"],
  "over-limit": ["ban", "ban", "ignore"],
  "too-fast": ["stop", "stop", "stop"],
  "version-mismatch": ["stop", "ban", "stop"],
  "handshake-timeout": ["stop", "stop", "stop"],
  "pong-timeout": ["stop", "stop", "stop"],
  "wrong-pong": ["stop", "stop", "stop"],
}

test.each(FAULTS)("$kind has the outcome of its row on every session", (fault) => {
  const [inbound, outbound, seed] = OUTCOMES[fault.kind]
  const outcomes = Object.fromEntries(SESSION_KINDS.map((kind) => [kind, consequenceOf(fault, kind, "strict")]))
  expect(outcomes).toEqual({ inbound, manual: inbound, direct: inbound, outbound, seed, refine: seed })
})

test.each(FAULTS)("under the relaxed policy $kind bans nobody", (fault) => {
  for (const kind of SESSION_KINDS) expect(consequenceOf(fault, kind, "relaxed")).not.toBe("ban")
})

test("every fault can be said in a log", () => {
  expect(FAULTS.map(describeFault)).toEqual([
    "a packet begins with 01 02 03 ff, which is not this network's magic",
    "the length of a command is not a minimal VarInt",
    "a command of 256 bytes",
    "a command is not UTF-8",
    'unknown command "foo"',
    "the length of a ping is not a minimal VarInt",
    "a ping of 3 bytes, 2 are allowed",
    "a ping does not decode: too short (at byte 1)",
    "a ping has 1 bytes too many",
    "too many messages: they count 29, 28 is allowed",
    "more of chat than we can read",
    'the peer is "a" 1.0.0, we are "b" 1.0.0',
    "the version exchange took too long",
    "no pong in time",
    "a pong with another nonce than the ping's",
  ])
})
