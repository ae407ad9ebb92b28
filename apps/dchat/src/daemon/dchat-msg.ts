import { defineMessage, UNMETERED } from "@dchat/net"
import { string, struct } from "@dchat/wire"

/** The longest text that is sent and that is kept, in bytes of UTF-8: 1 MiB. */
export const MAX_TEXT_BYTES = 1024 * 1024

/**
 * One thing said in the chat (darkfi-rpc-and-apps 3.2). The reference sets no limit and does not meter it. Ours is higher
 * than what we keep: who sends more than {@link MAX_TEXT_BYTES} is not understood, but has done nothing to be banned for.
 */
export const DchatMsg = defineMessage({
  command: "DchatMsg",
  codec: struct({ msg: string }),
  maxBytes: 4 * MAX_TEXT_BYTES,
  metering: UNMETERED,
})

const encoder = new TextEncoder()

/** Whether a text is longer than what is sent and kept. */
export function isTooLong(text: string): boolean {
  // A character of JavaScript is one to three bytes: most texts need not be encoded to know.
  return text.length * 3 > MAX_TEXT_BYTES && encoder.encode(text).length > MAX_TEXT_BYTES
}
