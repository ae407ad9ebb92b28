/**
 * What taking in a TLS peer costs the one who takes it in: handshakes with version exchange per second of its own
 * processor time, and memory per idle peer. The peers live in another process.
 *
 *     npx tsc -b && node bench/net/handshakes.mjs [handshakes = 1500] [idle peers = 2000]
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import { nodeRuntime } from "@dchat/runtime/node"
import { parseUrl } from "@dchat/wire"
import { P2p, SESSION_ALL } from "@dchat/net"
// The peers are no nodes but the least that a node takes for one, so that they do not hold it up.
import { PacketEncoder } from "../../packages/net/dist/channel/packet-encoder.js"
import { Verack, Version } from "../../packages/net/dist/message/version.js"
import { TcpTransport } from "../../packages/net/dist/transport/tcp.js"
import { TlsTransport } from "../../packages/net/dist/transport/tls/tls.js"

const AT_ONCE = 32
const [HANDSHAKES = 1500, IDLE = 2000] = process.argv.slice(2).map(Number)

if (process.send === undefined) await dialler()
else await acceptor()

/** A whole node. Answers each message of the other process with what it has used up since. */
async function acceptor() {
  const settings = { activeProfiles: ["tcp+tls"], inboundAddrs: ["tcp+tls://127.0.0.1:0"], inboundConnections: 10_000 }
  const node = await P2p.create({ ...settings, localnet: true, outboundConnections: 0 })
  let ready = 0
  node.protocols.register(SESSION_ALL, () => ({ name: "Counter", start: () => void ready++ }))
  await node.start()
  process.send({ url: node.sessions.inbound.addresses[0] })
  process.on("message", () => {
    globalThis.gc()
    const { user, system } = process.cpuUsage()
    const { rss, heapUsed } = process.memoryUsage()
    process.send({ ready, cpuMs: (user + system) / 1000, rss, heapUsed, idle: node.channels().length })
  })
}

async function dialler() {
  const child = fork(import.meta.filename, [], { execArgv: ["--expose-gc"] })
  const [{ url }] = await once(child, "message")
  const usage = async () => {
    child.send("usage")
    return (await once(child, "message"))[0]
  }
  const runtime = nodeRuntime()
  const peer = peerOf(new TlsTransport(new TcpTransport(runtime.network), runtime), parseUrl(url))

  await many(200, async () => (await peer()).close())
  for (let round = 1; round <= 3; round++) {
    const before = await usage()
    const start = performance.now()
    await many(HANDSHAKES / 3, async () => (await peer()).close())
    const ms = performance.now() - start
    const after = await usage()
    const count = after.ready - before.ready
    const cpuMs = after.cpuMs - before.cpuMs
    const figures = [
      `${count} TLS handshakes with version exchange`,
      `${((count / cpuMs) * 1000).toFixed(0)} per second of the acceptor's processor time`,
      `${((count / ms) * 1000).toFixed(0)} per second by the clock`,
    ]
    console.log(figures.join(", "))
  }

  // The first half pays for what is there once, such as the heap's own growth.
  const streams = await many(IDLE / 2, peer)
  const before = await usage()
  streams.push(...(await many(IDLE / 2, peer)))
  const after = await usage()
  const kib = (what) => ((after[what] - before[what]) / 1024 / (after.idle - before.idle)).toFixed(1)
  console.log(`${after.idle} idle TLS peers, ${kib("rss")} KiB for each further one, ${kib("heapUsed")} of them heap`)
  await Promise.all(streams.map((stream) => stream.close()))
  child.kill()
}

/** Makes a peer: connects, introduces itself, and resolves when the node has done so too. */
function peerOf(transport, url) {
  const encoder = new PacketEncoder(Uint8Array.of(0xd9, 0xef, 0xb6, 0x7d))
  const version = { major: 0n, minor: 5n, patch: 0n, pre: "", build: "" }
  const introduction = encoder.encode(Version, {
    nodeId: "",
    appName: "darkfi",
    version,
    timestamp: 0n,
    connectRecvAddr: url.href,
    resolveRecvAddr: url.href,
    extSendAddr: [],
    features: [],
  })
  const acknowledgement = encoder.encode(Verack, { appName: "darkfi", appVersion: version })
  return async () => {
    const stream = await transport.dial(url)
    stream.write(introduction)
    stream.write(acknowledgement)
    await new Promise((resolve, reject) => {
      let received = ""
      stream.readInto({
        data: (chunk) => {
          received += Buffer.from(chunk).toString("latin1")
          // The node's first word behind the version exchange.
          if (received.includes("ping")) resolve()
        },
        end: () => reject(new Error("turned away")),
        close: () => reject(new Error("turned away")),
      })
    })
    return stream
  }
}

/** Does something many times, some at once. */
async function many(count, work) {
  const results = []
  let left = count
  const worker = async () => {
    while (left-- > 0) results.push(await work())
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}
