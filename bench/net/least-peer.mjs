/** The least that a node takes for a peer, so that thousands of them do not hold it up: version exchange, and pongs. */
import { nodeRuntime } from "@dchat/runtime/node"
import { parseUrl } from "@dchat/wire"
import { Dispatcher } from "../../packages/net/dist/channel/dispatcher.js"
import { PacketDecoder } from "../../packages/net/dist/channel/packet-decoder.js"
import { PacketEncoder } from "../../packages/net/dist/channel/packet-encoder.js"
import { BUILT_IN_MESSAGES } from "../../packages/net/dist/message/built-in.js"
import { Ping, Pong } from "../../packages/net/dist/message/ping.js"
import { Verack, Version } from "../../packages/net/dist/message/version.js"
import { allTransports } from "../../packages/net/dist/transport/transports.js"
import { defaultSettings } from "../../packages/net/dist/settings/index.js"

const AT_ONCE = 32

/**
 * What makes a peer of the node at `url`: connects, introduces itself, and resolves with the stream when the node has done
 * so too. Its `pings` and `closed` count over all of them.
 */
export function makePeer(scheme, url) {
  const runtime = nodeRuntime()
  const transport = allTransports({ runtime, settings: defaultSettings }).find((one) => one.schemes.includes(scheme))
  const address = parseUrl(url)
  const encoder = new PacketEncoder(Uint8Array.of(0xd9, 0xef, 0xb6, 0x7d))
  const { lookup } = new Dispatcher(runtime.clock, BUILT_IN_MESSAGES, { room() {}, dropped() {} })
  const version = { major: 0n, minor: 5n, patch: 0n, pre: "", build: "" }
  const introduction = encoder.encode(Version, {
    nodeId: "",
    appName: "darkfi",
    version,
    timestamp: 0n,
    connectRecvAddr: address.href,
    resolveRecvAddr: address.href,
    extSendAddr: [],
    features: [],
  })
  const acknowledgement = encoder.encode(Verack, { appName: "darkfi", appVersion: version })

  const make = async () => {
    const stream = await transport.dial(address)
    stream.write(introduction)
    stream.write(acknowledgement)
    const decoder = new PacketDecoder({ magic: encoder.magic, lookup })
    await new Promise((resolve, reject) => {
      const left = () => {
        make.closed++
        reject(new Error("turned away"))
      }
      stream.readInto({
        data(chunk) {
          decoder.push(chunk)
          for (let event = decoder.next(); event !== undefined; event = decoder.next()) {
            if (event.kind !== "message") throw new Error(`the node said something wrong: ${event.fault.kind}`)
            if (event.type !== Ping) continue
            // The node's first word behind the version exchange.
            resolve()
            make.pings++
            stream.write(encoder.encode(Pong, event.value))
          }
        },
        end: left,
        close: left,
      })
    })
    return stream
  }
  make.pings = 0
  make.closed = 0
  return make
}

/** Does something many times, some at once. */
export async function many(count, work) {
  const results = []
  let left = count
  const worker = async () => {
    while (left-- > 0) results.push(await work())
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}
