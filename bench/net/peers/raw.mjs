/**
 * Floors: a socket that carries the same packets, and counts them at the other end. It flushes by the same rule: at the
 * end of the turn, and within one at 16 KiB.
 *
 * `raw` makes each packet with the wire's codec, in a buffer of its own, and gives it to a stream of the runtime. (A node spares
 * itself the buffers: it encodes the messages of a turn behind each other.)
 * `bare` puts it into a slab by hand, and the slab into Node's own socket: the least that this platform can do.
 */
import net from "node:net"
import tls from "node:tls"
import { once } from "node:events"
import { nodeRuntime } from "@dchat/runtime/node"
import { parseUrl } from "@dchat/wire"
import { PacketEncoder } from "../../../packages/net/dist/channel/packet-encoder.js"
import { allTransports } from "../../../packages/net/dist/transport/transports.js"
import { defaultSettings } from "../../../packages/net/dist/settings/index.js"
import { newIdentity } from "../../../packages/net/dist/transport/tls/certificate.js"
import { MAGIC, Text, VALUE } from "./message.mjs"

const FLUSH_BYTES = 16 * 1024
const HIGH_WATER_MARK = 64 * 1024

/** Counts the packets in a stream, and does no more than that takes: their lengths all have one byte. */
function framer() {
  let rest = new Uint8Array()
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let count = 0
    let at = 0
    while (at + 5 < bytes.length) {
      for (let i = 0; i < 4; i++) if (bytes[at + i] !== MAGIC[i]) throw new Error("not a packet")
      const payload = at + 5 + bytes[at + 4]
      const end = payload + 1 + bytes[payload]
      if (!(end <= bytes.length)) break
      at = end
      count++
    }
    rest = bytes.subarray(at)
    return count
  }
}

const transportOf = (scheme) =>
  allTransports({ runtime: nodeRuntime(), settings: defaultSettings }).find((one) => one.schemes.includes(scheme))

/** @param {"tcp" | "tcp+tls"} scheme */
export function raw(scheme) {
  return {
    async receive(count) {
      const transport = transportOf(scheme)
      const listener = await transport.listen(parseUrl(`${scheme}://127.0.0.1:0`))
      const accept = async () => {
        for await (const accepted of listener) {
          const stream = await transport.welcome(accepted)
          const read = framer()
          stream.readInto({ data: (chunk) => count(read(chunk)), end: () => stream.end(), close: () => {} })
        }
      }
      void accept()
      return `${scheme}://127.0.0.1:${listener.address.port}`
    },

    async connect(url) {
      const encoder = new PacketEncoder(MAGIC)
      const stream = await transportOf(scheme).dial(parseUrl(url))
      stream.readInto({ data: () => {}, end: () => {}, close: () => {} })
      return {
        async send(count) {
          for (let i = 0; i < count; i++) if (!stream.write(encoder.encode(Text, VALUE))) await stream.drained()
        },
        async backlog(count) {
          for (let i = 0; i < count; i++) stream.write(encoder.encode(Text, VALUE))
        },
      }
    },
  }
}

/** @param {"tcp" | "tcp+tls"} scheme */
export function bare(scheme) {
  return {
    async receive(count) {
      const accept = (socket) => {
        const read = framer()
        socket.on("data", (chunk) => count(read(chunk)))
        socket.on("error", () => socket.destroy())
      }
      const server =
        scheme === "tcp"
          ? net.createServer({ noDelay: true }, accept)
          : tls.createServer({ ...ownIdentity(), minVersion: "TLSv1.3" }, accept)
      server.listen(0, "127.0.0.1")
      await once(server, "listening")
      return server.address().port
    },

    async connect(port) {
      const socket =
        scheme === "tcp"
          ? net.connect({ port, host: "127.0.0.1", noDelay: true })
          : tls.connect({ port, host: "127.0.0.1", rejectUnauthorized: false })
      await once(socket, scheme === "tcp" ? "connect" : "secureConnect")
      const write = slabWriter(socket)
      return {
        async send(count) {
          for (let i = 0; i < count; i++) if (!write(VALUE.msg)) await once(socket, "drain")
        },
        async backlog(count) {
          for (let i = 0; i < count; i++) write(VALUE.msg)
        },
      }
    },
  }
}

/** Writes packets whose text is short into slabs. */
function slabWriter(socket) {
  const head = Buffer.from([...MAGIC, Text.commandBytes.length, ...Text.commandBytes])
  let slab = Buffer.allocUnsafe(FLUSH_BYTES)
  let used = 0
  let isDue = false
  const flush = () => {
    if (used > 0) socket.write(slab.subarray(0, used))
    slab = Buffer.allocUnsafe(FLUSH_BYTES)
    used = 0
  }
  return (text) => {
    if (used + head.length + text.length + 2 > FLUSH_BYTES) flush()
    slab.set(head, used)
    used += head.length
    slab[used++] = text.length + 1
    slab[used++] = text.length
    used += slab.utf8Write(text, used)
    if (!isDue) {
      isDue = true
      process.nextTick(() => {
        isDue = false
        flush()
      })
    }
    return socket.writableLength <= HIGH_WATER_MARK
  }
}

/** A key and a certificate as the nodes have them, in the form that Node's TLS takes. */
function ownIdentity() {
  const { certificate, privateKey } = newIdentity(nodeRuntime().random)
  const pem = (label, der) =>
    `-----BEGIN ${label}-----\n${Buffer.from(der).toString("base64")}\n-----END ${label}-----\n`
  return { cert: pem("CERTIFICATE", certificate), key: pem("PRIVATE KEY", privateKey) }
}
