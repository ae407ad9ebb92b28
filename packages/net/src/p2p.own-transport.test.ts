import { type ByteStream, type Network } from "@dchat/runtime"
import { expect, test } from "vitest"
import { P2p, SESSION_DEFAULT, type Transport } from "./index.ts"
import { DchatMsg, RECORDED, TestNet } from "./testing/test-net.test-kit.ts"

// The seams for what we do not bring: QUIC is a transport that a program hands in, UPnP an address that it finds out.

/** A stand-in for QUIC: streams of the network's own, under the scheme that QUIC has on the wire. */
function ownTransport(network: Network, log: string[]): Transport {
  const seen = (what: string, stream: ByteStream): ByteStream => {
    log.push(what)
    return stream
  }
  return {
    schemes: ["quic"],
    dial: async ({ host, port = 0 }, options) =>
      seen("dialled", await network.connect({ kind: "tcp", host, port }, options)),
    listen: ({ host, port = 0 }, options) => network.listen({ kind: "tcp", host, port }, options),
    welcome: async (stream) => seen("welcomed", stream),
  }
}

test("a transport of one's own carries a chat, is named on the wire, and its addresses are kept", async () => {
  await using net = new TestNet()
  const log: string[] = []
  const [bobHost, aliceHost] = [net.host("bob"), net.host("alice")]
  const url = "quic://10.0.0.1:9000/"
  const settings = { ...RECORDED, activeProfiles: ["quic"] }
  const create = (host: typeof bobHost, more: object) =>
    P2p.create({ ...settings, ...more }, { runtime: host, transports: [ownTransport(host.network, log)] })
  const bob = await create(bobHost, { inboundAddrs: [url], externalAddrs: [url] })
  const alice = await create(aliceHost, { outboundConnections: 1 })
  alice.hosts.lists.store("grey", [{ url, lastSeen: 1 }])
  const inbox: string[] = []
  bob.protocols.register(SESSION_DEFAULT, (channel) => {
    const messages = channel.subscribe(DchatMsg)
    return { name: "chat", start: (jobs) => void jobs.spawn(async () => inbox.push((await messages.receive()).msg)) }
  })
  for (const p2p of [bob, alice]) {
    await net.world.runUntil(p2p.start())
    void p2p.run()
  }
  await net.world.advance(100)
  expect(log.toSorted()).toEqual(["dialled", "welcomed"])
  expect(alice.getInfo().channels).toMatchObject([{ url, session: "outbound" }])
  expect(bob.channels()[0]?.version).toMatchObject({ connectRecvAddr: url, resolveRecvAddr: url })
  expect(alice.hosts.lists.has("gold", url)).toBe(true)
  expect(await alice.broadcast(DchatMsg, { msg: "hello" })).toMatchObject({ sent: 1 })
  await net.world.advance(100)
  expect(inbox).toEqual(["hello"])
  await net.world.runUntil(Promise.all([alice.stop(), bob.stop()]))
})

test("without it the address cannot be used, and the error says why", async () => {
  await using net = new TestNet()
  const alice = await net.node("alice", { activeProfiles: ["quic"] })
  await net.run(alice)
  await expect(alice.p2p.sessions.direct.get("quic://10.0.0.1:9000")).rejects.toMatchObject({
    code: "unsupported-transport",
    message: expect.stringMatching(
      /^cannot use quic:\/\/10\.0\.0\.1:9000\/: there is no transport for quic here, only for .*tcp\+tls.*; use one of these, or give P2p\.create another$/,
    ) as string,
  })
  const bob = await net.node("bob", { inboundAddrs: ["quic://10.0.0.1:9000"] })
  await expect(bob.p2p.start()).rejects.toMatchObject({ code: "unsupported-transport" })
})

test("an outer address that a program finds out while the node runs is told to those who come then", async () => {
  await using net = new TestNet()
  const bob = await net.listening("bob")
  const carol = await net.listening("carol")
  const alice = await net.node("alice", { peers: [bob.url] })
  await net.run(alice)
  await net.world.advance(10)
  // As a UPnP client would, when the router has opened a port.
  alice.p2p.reload({ externalAddrs: ["tcp://198.51.100.7:7000/?upnp_cookie=1"] })
  await net.world.runUntil(alice.p2p.sessions.manual.connect(carol.url))
  const heard = [bob, carol].map(({ p2p }) => p2p.channels()[0]?.version?.extSendAddr)
  expect(heard).toEqual([[], ["tcp://198.51.100.7:7000/"]])
})
