/** The load of the rates: one message of 63 bytes as a packet, metered, but so that no load reaches the limit. */
import { string, struct } from "@dchat/wire"
import { defineMessage } from "@dchat/net"

export const Text = defineMessage({
  command: "BenchMsg",
  codec: struct({ msg: string }),
  maxBytes: 2 ** 16,
  metering: { score: 1, threshold: 1e12, stepMs: 500, windowMs: 10_000 },
})
export const VALUE = { msg: "x".repeat(48) }
export const MAGIC = Uint8Array.of(0xd9, 0xef, 0xb6, 0x7d)
export const PACKET_BYTES = 63
