// The network that is attacked, as every role knows it.
import { string, struct } from "@dchat/wire"
import * as net from "@dchat/net"

export const Chat = net.defineMessage({
  command: "DchatMsg",
  codec: struct({ msg: string }),
  maxBytes: 2 ** 20 + 5,
  metering: net.UNMETERED,
})

/** What all nodes have in common. Honest nodes ping more often than they must, and wait for pongs a third as long. */
export const COMMON = { activeProfiles: ["tcp", "tcp+tls"], localnet: true }
const PROFILE = { outboundConnectTimeout: 5, channelHeartbeatInterval: 3 }
export const HONEST = { ...COMMON, outboundConnections: 0, profiles: { tcp: PROFILE, "tcp+tls": PROFILE } }
