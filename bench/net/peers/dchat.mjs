/** Two whole nodes of ours. */
import { P2p, SESSION_DEFAULT } from "@dchat/net"
import { Text, VALUE } from "./message.mjs"

const nodeWith = (scheme, settings) =>
  P2p.create({ activeProfiles: [scheme], localnet: true, outboundConnections: 0, ...settings })

/** @param {"tcp" | "tcp+tls"} scheme */
export function dchat(scheme) {
  return {
    async receive(count) {
      const node = await nodeWith(scheme, { inboundAddrs: [`${scheme}://127.0.0.1:0`] })
      node.protocols.register(SESSION_DEFAULT, (channel) => {
        const messages = channel.subscribe(Text)
        const read = async () => {
          for await (const _message of messages) count(1)
        }
        return { name: "Counter", start: (jobs) => void jobs.spawn(read) }
      })
      await node.start()
      return node.sessions.inbound.addresses[0]
    },

    async connect(url) {
      const node = await nodeWith(scheme)
      node.protocols.register(SESSION_DEFAULT, (channel) => {
        channel.register(Text)
        return { name: "Mute", start: () => {} }
      })
      await node.start()
      void node.run()
      const channel = await node.sessions.manual.connect(url)
      return {
        async send(count) {
          for (let i = 0; i < count; i++) await channel.send(Text, VALUE)
        },
        async backlog(count) {
          for (let i = 0; i < count; i++) void channel.send(Text, VALUE)
        },
      }
    },
  }
}
