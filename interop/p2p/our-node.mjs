/** Our side of what is tried on the p2p wire: a node of the recorded network that sends back each `Blob`. */
import { defineMessage, P2p, SESSION_DEFAULT, UNMETERED } from "@dchat/net"
import { logTo } from "@dchat/runtime"
import { nodeRuntime } from "@dchat/runtime/node"
import { blob, struct } from "@dchat/wire"

const Blob = defineMessage({
  command: "Blob",
  codec: struct({ bytes: blob }),
  maxBytes: 2 ** 21,
  metering: UNMETERED,
})

const SETTINGS = {
  magicBytes: Uint8Array.of(0x7f, 0x40, 0x0c, 0xc9),
  appName: "dchatd",
  appVersion: { major: 0n, minor: 4n, patch: 1n, pre: "", build: "" },
  activeProfiles: ["tcp+tls"],
  outboundConnections: 0,
  inboundConnections: 100,
  localnet: true,
}

/**
 * Starts a node. Without peers to dial it listens, at `address`. `said` is what it has logged; `onBlob` is told of each
 * `Blob` that has come.
 */
export async function ourNode({ peers = [] } = {}, onBlob = () => {}) {
  const said = []
  const log = logTo({ accepts: () => true, write: ({ message }) => void said.push(message) })
  const inboundAddrs = peers.length > 0 ? [] : ["tcp+tls://127.0.0.1:0"]
  const p2p = await P2p.create({ ...SETTINGS, inboundAddrs, peers }, { runtime: nodeRuntime({ log }) })
  p2p.protocols.register(SESSION_DEFAULT, (channel) => {
    const blobs = channel.subscribe(Blob)
    const echo = async () => {
      for await (const each of blobs) {
        onBlob()
        await channel.send(Blob, each)
      }
    }
    return { name: "ProtocolEcho", start: (jobs) => void jobs.spawn(echo) }
  })
  await p2p.start()
  void p2p.run()
  return Object.assign(p2p, { said, address: p2p.sessions.inbound.addresses[0] })
}
