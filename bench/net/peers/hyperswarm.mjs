/**
 * The encrypted stream of hyperswarm's connections (Noise, then libsodium's secretstream) over a TCP socket of Node's. One
 * `write` for each message; it carries messages, not bytes, so there is nothing to frame. Hyperswarm itself carries it over
 * UDP of its own; two of its nodes with a DHT on this machine alone did not find each other here.
 */
import net from "node:net"
import { once } from "node:events"
import { PACKET_BYTES } from "./message.mjs"

function sender(stream) {
  const packet = Buffer.alloc(PACKET_BYTES, 1)
  const send = async (count) => {
    for (let i = 0; i < count; i++) if (!stream.write(packet)) await once(stream, "drain")
  }
  return { send }
}

function counter(count) {
  return (stream) => {
    stream.on("data", () => count(1))
    stream.on("error", () => {})
  }
}

export const secretStream = {
  async receive(count) {
    const { default: SecretStream } = await import("@hyperswarm/secret-stream")
    const accept = counter(count)
    const server = net.createServer({ noDelay: true }, (socket) => accept(new SecretStream(false, socket)))
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    return server.address().port
  },

  async connect(port) {
    const { default: SecretStream } = await import("@hyperswarm/secret-stream")
    const stream = new SecretStream(true, net.connect({ port, host: "127.0.0.1", noDelay: true }))
    await stream.opened
    return sender(stream)
  },
}
