import { string, struct, tuple, u32, u64, url, vec } from "@dchat/wire"
import { GOSSIP } from "./metering.ts"
import { defineMessage, type MessageOf } from "./message.ts"

/** Asks for addresses (darkfi-net 3.1, 5.4). The nine shareable schemes just fit. */
export const GetAddr = defineMessage({
  command: "getaddr",
  codec: struct({
    /** How many addresses of the schemes in `transports` are wanted. The answer may hold twice as many. */
    max: u32,
    transports: vec(string),
  }),
  maxBytes: 57,
  metering: GOSSIP,
})

/** What is asked for in a {@link GetAddr}. */
export type AddrRequest = MessageOf<typeof GetAddr>

/** Addresses, each with the UNIX time in seconds at which it was last seen alive (darkfi-net 3.1). */
export const Addr = defineMessage({
  command: "addr",
  codec: struct({ addrs: vec(tuple(url, u64)) }),
  maxBytes: 65_281,
  metering: GOSSIP,
})
