import { defineMessage, UNMETERED } from "@dchat/net"
import { string, struct } from "@dchat/wire"

/** The message of the reference's chat: reaches the peers of who sends it, and goes no further. */
export const ChatMsg = defineMessage({
  command: "DchatMsg",
  codec: struct({ msg: string }),
  maxBytes: 2 ** 20 + 5,
  metering: UNMETERED,
})

/** A message that every node passes on: reaches all. More than 20 a second from one peer are slowed down. */
export const FloodMsg = defineMessage({
  command: "FloodMsg",
  codec: struct({ id: string, text: string }),
  maxBytes: 64 * 1024,
  metering: { score: 1, threshold: 200, stepMs: 50, windowMs: 10_000 },
})
