// Honest nodes, each from an address of its own: two dial the victim, over tcp and over TLS; two are dialled by it as well.
// All know each other.
import { nodeRuntime } from "@dchat/runtime/node"
import * as net from "@dchat/net"
import { makeHeart } from "./heart.mjs"
import { Chat, HONEST } from "./network.mjs"
import { serve } from "./roles.mjs"

const SCHEMES = ["tcp", "tcp+tls", "tcp", "tcp+tls"]
const nodes = []
let troubles = 0
process.on("unhandledRejection", (reason) => {
  troubles += 1
  console.error(reason)
})

serve({
  /** Returns where they can be reached. */
  async start() {
    for (const [i, scheme] of SCHEMES.entries()) {
      const host = hostOf(i)
      const runtime = dialsFrom(host, nodeRuntime())
      const inboundAddrs = [`${scheme}://${host}:0`]
      const p2p = await net.P2p.create({ ...HONEST, inboundAddrs, externalAddrs: inboundAddrs }, { runtime })
      const heart = makeHeart({ p2p, net, Chat, name: `h${i}`, clock: runtime.clock, knowsHonestOnly: true })
      await p2p.start()
      void p2p.run()
      nodes.push({ p2p, heart })
    }
    return nodes.map(({ p2p }) => p2p.sessions.inbound.addresses[0])
  },
  async connect({ tcp, tls }) {
    for (const [i, { p2p }] of nodes.entries()) {
      const others = nodes.slice(0, i).map((other) => other.p2p.sessions.inbound.addresses[0])
      const urls = [SCHEMES[i] === "tcp" ? tcp : tls, ...others]
      for (const url of urls) await p2p.sessions.manual.connect(url)
    }
  },
  chat: () => Promise.all(nodes.map(({ heart }) => heart.chat())),
  report: () => ({ troubles, pulses: nodes.map(({ heart }) => heart.pulse) }),
  async stop() {
    for (const { heart } of nodes) heart.stop()
    await Promise.all(nodes.map(({ p2p }) => p2p.stop()))
  },
})

function hostOf(i) {
  return `127.9.0.${i + 1}`
}

/** A runtime whose connections come from one address. */
function dialsFrom(localHost, runtime) {
  const { network } = runtime
  return {
    ...runtime,
    network: {
      connect: (address, options) => network.connect(address, { ...options, localHost }),
      listen: (address, options) => network.listen(address, options),
      resolve: (host, options) => network.resolve(host, options),
      upgradeTls: (stream, options) => network.upgradeTls(stream, options),
    },
  }
}
