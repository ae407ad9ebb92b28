/**
 * Messages per second from one node to another in a second process, over tcp and tcp+tls, beside a raw stream that
 * carries the same packets, counts them at the other end, and flushes by the same rule.
 *
 *     npx tsc -b && node bench/net/messages.mjs [messages = 300000]
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import { nodeRuntime } from "@dchat/runtime/node"
import { parseUrl, string, struct } from "@dchat/wire"
import { defineMessage, P2p, SESSION_DEFAULT } from "@dchat/net"
import { PacketEncoder } from "../../packages/net/dist/channel/packet-encoder.js"
import { allTransports } from "../../packages/net/dist/transport/transports.js"
import { defaultSettings } from "../../packages/net/dist/settings/index.js"

const COUNT = Number(process.argv[2] ?? 300_000)
const SCHEMES = ["tcp", "tcp+tls"]
/** Metered, but so that no load reaches the limit. */
const METERING = { score: 1, threshold: 1e12, stepMs: 500, windowMs: 10_000 }
const Text = defineMessage({
  command: "BenchMsg",
  codec: struct({ msg: string }),
  maxBytes: 2 ** 16,
  metering: METERING,
})
const VALUE = { msg: "x".repeat(48) }
const MAGIC = Uint8Array.of(0xd9, 0xef, 0xb6, 0x7d)
const encoder = new PacketEncoder(MAGIC)
const PACKET_BYTES = encoder.encode(Text, VALUE).length

const runtime = nodeRuntime()
const transports = new Map(
  allTransports({ runtime, settings: defaultSettings }).flatMap((one) => one.schemes.map((scheme) => [scheme, one])),
)
if (process.send === undefined) await sender()
else await receiver()

/** A node and a raw port for each scheme. Says when it has all of a round, and what processor time that took. */
async function receiver() {
  const node = await P2p.create({
    activeProfiles: SCHEMES,
    inboundAddrs: SCHEMES.map((scheme) => `${scheme}://127.0.0.1:0`),
    localnet: true,
    outboundConnections: 0,
  })
  const round = counter()
  node.protocols.register(SESSION_DEFAULT, (channel) => {
    const messages = channel.subscribe(Text)
    const count = async () => {
      for await (const _message of messages) round(1)
    }
    return { name: "Counter", start: (jobs) => void jobs.spawn(count) }
  })
  await node.start()
  const raw = {}
  for (const scheme of SCHEMES) {
    const transport = transports.get(scheme)
    const listener = await transport.listen(parseUrl(`${scheme}://127.0.0.1:0`))
    raw[scheme] = `${scheme}://127.0.0.1:${listener.address.port}`
    void accept(transport, listener, round)
  }
  process.send({ raw, nodes: node.sessions.inbound.addresses })
}

async function accept(transport, listener, round) {
  for await (const accepted of listener) {
    const stream = await transport.welcome(accepted)
    const read = framer()
    stream.readInto({
      data: (chunk) => round(read(chunk)),
      end: () => stream.end(),
      close: () => {},
    })
  }
}

/** Counts the packets in a stream, and does no more than that takes: their lengths all have one byte. */
function framer() {
  let rest = new Uint8Array()
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let count = 0
    let at = 0
    while (at + 5 < bytes.length) {
      if (MAGIC.some((byte, index) => bytes[at + index] !== byte)) throw new Error("not a packet")
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

/** Tells the other process when COUNT more have come. */
function counter() {
  let left = COUNT
  let used = process.cpuUsage()
  return (count) => {
    if (left === COUNT) used = process.cpuUsage()
    left -= count
    if (left > 0) return
    left = COUNT
    const { user, system } = process.cpuUsage(used)
    process.send({ cpuMicros: user + system })
  }
}

async function sender() {
  const child = fork(import.meta.filename, [String(COUNT)])
  const [{ raw, nodes }] = await once(child, "message")
  const node = await P2p.create({ activeProfiles: SCHEMES, localnet: true, outboundConnections: 0 })
  node.protocols.register(SESSION_DEFAULT, (channel) => {
    channel.register(Text)
    return { name: "Mute", start: () => {} }
  })
  await node.start()
  void node.run()
  for (const scheme of SCHEMES) {
    const channel = await node.sessions.manual.connect(nodes.find((url) => url.startsWith(`${scheme}:`)))
    const stream = await transports.get(scheme).dial(parseUrl(raw[scheme]))
    stream.readInto({ data: () => {}, end: () => {}, close: () => {} })
    for (let round = 1; round <= 3; round++) {
      const floor = await measure(child, async () => {
        for (let i = 0; i < COUNT; i++) if (!stream.write(encoder.encode(Text, VALUE))) await stream.drained()
      })
      const ours = await measure(child, async () => {
        for (let i = 0; i < COUNT; i++) await channel.send(Text, VALUE)
      })
      const figures = [
        `${scheme}: ${(ours.perSecond / 1000).toFixed(0)} k messages/s of ${PACKET_BYTES} bytes`,
        `${(ours.perSecond / floor.perSecond).toFixed(2)} of the raw stream's ${(floor.perSecond / 1000).toFixed(0)} k`,
        `${ours.micros.toFixed(2)} us of the receiver's processor each`,
      ]
      console.log(figures.join(", "))
    }
    await stream.close()
  }
  await node.stop()
  child.kill()
}

/** Sends COUNT messages and waits until they have arrived. */
async function measure(child, send) {
  const arrived = once(child, "message")
  const start = performance.now()
  await send()
  const [{ cpuMicros }] = await arrived
  return { perSecond: (COUNT / (performance.now() - start)) * 1000, micros: cpuMicros / COUNT }
}
