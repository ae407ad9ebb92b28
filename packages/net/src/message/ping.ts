import { struct, u16 } from "@dchat/wire"
import { BUILT_IN } from "./metering.ts"
import { defineMessage } from "./message.ts"

const nonce = struct({ nonce: u16 })

/** Asks whether the other side is alive (darkfi-net 3.1, 5.3). */
export const Ping = defineMessage({ command: "ping", codec: nonce, maxBytes: 2, metering: BUILT_IN, urgent: true })

/** Answers a {@link Ping} with its nonce. */
export const Pong = defineMessage({ command: "pong", codec: nonce, maxBytes: 2, metering: BUILT_IN, urgent: true })
