/**
 * js-libp2p over tcp, noise and yamux: one stream, one chunk for each message. Its receiver counts bytes only, which favours
 * it. This is the newest line that runs on Node 20, but for one call that its dependencies make since.
 */
import { PACKET_BYTES } from "./message.mjs"

Promise.withResolvers ??= () => {
  let settle
  const promise = new Promise((resolve, reject) => (settle = { resolve, reject }))
  return { promise, ...settle }
}

const PROTOCOL = "/bench/1.0.0"

async function node() {
  const [{ createLibp2p }, { tcp }, { noise }, { yamux }] = await Promise.all([
    import("libp2p"),
    import("@libp2p/tcp"),
    import("@chainsafe/libp2p-noise"),
    import("@chainsafe/libp2p-yamux"),
  ])
  return createLibp2p({
    addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
  })
}

export const libp2p = {
  async receive(count) {
    const here = await node()
    let bytes = 0
    await here.handle(PROTOCOL, async ({ stream }) => {
      for await (const chunk of stream.source) {
        const before = Math.floor(bytes / PACKET_BYTES)
        bytes += chunk.byteLength
        count(Math.floor(bytes / PACKET_BYTES) - before)
      }
    })
    return here.getMultiaddrs()[0].toString()
  },

  async connect(address) {
    const { multiaddr } = await import("@multiformats/multiaddr")
    const stream = await (await node()).dialProtocol(multiaddr(address), PROTOCOL)
    const packet = new Uint8Array(PACKET_BYTES).fill(1)
    let wake
    let left = 0
    let done
    // A stream has one source: it waits between two rounds.
    async function* source() {
      for (;;) {
        while (left-- > 0) yield packet
        done?.()
        await new Promise((resolve) => (wake = resolve))
      }
    }
    void stream.sink(source())
    const send = (count) =>
      new Promise((resolve) => {
        left = count
        done = resolve
        wake()
      })
    await new Promise((resolve) => setTimeout(resolve, 50))
    return { send }
  },
}
